import { randomBytes } from "node:crypto";
import { profileOf } from "../stand-in/profiles/profiles.ts";
import { instructions } from "./instructions.ts";
import { makeLibrary } from "./library.ts";
import { checkPort, claimStateFolder, prepareStateFolder } from "./preflight.ts";
import { PROBE_ID, whenReady } from "./ready.ts";
import type { Settings } from "./settings.ts";
import { migrate, startServer } from "./wrangler.ts";

/** Wrangler says so and goes on, but when it was the process that holds the port, no request is answered any more. */
const CRASH = "Workers runtime crashed";
const RECOVERY_BOUND_MS = 8_000; // it takes one second when it works

/** Starts all there is and says what can be done with it. Rejects when it cannot, or when a part ends. */
export async function serve(settings: Settings): Promise<never> {
  const { port, stateFolder } = settings;
  await checkPort(port);
  prepareStateFolder(stateFolder);
  const shared = claimStateFolder(stateFolder);
  if (shared) console.warn(shared);
  console.log("Starting…");
  const [upstream] = await Promise.all([chooseUpstream(settings), migrate(stateFolder)]);
  const variables = {
    ADMIN_TOKEN: randomBytes(24).toString("base64url"),
    ...settings.variables,
    ...upstream.variables,
  };
  const server = startServer({ ...settings, variables });
  await Promise.race([whenReady(port), server.ended]).catch((error) => {
    console.log(server.unseen());
    throw error;
  });
  const recovery = Promise.withResolvers<never>();
  server.show((line) => {
    if (line.includes(CRASH)) whenReady(port, RECOVERY_BOUND_MS).catch(recovery.reject);
    // The worker's own log lines say more about a request than wrangler's do.
    return !line.startsWith("[wrangler:info]") && !line.includes(PROBE_ID);
  });
  if (settings.library) {
    console.log("Making the library of portraits…");
    console.log(await Promise.race([makeLibrary(port, variables.ADMIN_TOKEN), server.ended]));
  }
  console.log(instructions(port, upstream.description, variables.ADMIN_TOKEN));
  return Promise.race([server.ended, recovery.promise]);
}

/** The real API where there is a key, and what stands in for it where there is none, or where it is asked for. */
async function chooseUpstream({ variables, upstream: profile }: Settings) {
  if (variables.OPENAI_API_KEY && !profile) {
    const baseUrl = variables.OPENAI_BASE_URL || "the real OpenAI API";
    return { description: `${baseUrl}, with your OPENAI_API_KEY: calls cost money`, variables: {} };
  }
  const { startStandIn } = await import("../stand-in/index.ts"); // not needed, and not small, where there is a key
  const standIn = await startStandIn({ port: 0, pace: "real", profile: profile ?? "openai" });
  const unused = variables.OPENAI_BASE_URL ? " Without it OPENAI_BASE_URL is not used." : "";
  const why = profile ? `which behaves like ${profile}` : "since OPENAI_API_KEY is not set";
  const { header } = profileOf(profile ?? "openai");
  return {
    description: `an offline stand-in for OpenAI, ${why}. Its answers are made up.${unused}`,
    variables: {
      ...(header && { OPENAI_HEADERS: JSON.stringify({ [header]: "Bearer offline-stand-in" }) }),
      OPENAI_API_KEY: "offline-stand-in",
      OPENAI_BASE_URL: standIn.baseUrl,
      DEPLOYMENT_LABEL: variables.DEPLOYMENT_LABEL || "offline stand-in for OpenAI",
    },
  };
}
