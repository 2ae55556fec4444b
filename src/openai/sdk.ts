// A module imported when it is needed keeps everything that it exports. The SDK's own index has helpers for other
// clouds, agents and voices in it; this has the client alone.
export { OpenAI } from "openai/client";
