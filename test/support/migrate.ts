import "../../src/openai/sdk.ts"; // compiled before any test: its first import takes seconds here, a call has eight
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
