import { askUpstream, type BareEnv } from "./upstream.ts";

/** The upstream's bytes as they are: no JavaScript once the head is there. */
export default {
  async fetch(request: Request, env: BareEnv): Promise<Response> {
    const { body } = await askUpstream(await request.text(), env);
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  },
};
