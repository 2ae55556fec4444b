/** What to try, as lines that work when pasted at the root of the repository. */
export function instructions(port: number, upstream: string, adminToken: string): string {
  const origin = `http://localhost:${port}`;
  const generate = `${origin}/api/personas/generate -H 'content-type: application/json' --data @examples/lead.json`;
  return `
AskNewton Edge is ready at ${origin}
Upstream: ${upstream}

The playground, with what caching saved; the link carries the admin token, so keep it to yourself:
  ${adminLink(port, adminToken)}

Make personas; the same again answers from the cache, with "fromCache":true:
  curl -s ${generate}
Make new ones instead, and watch them arrive as a stream:
  curl -sN ${generate} -H 'accept: text/event-stream' -H 'cache-control: no-cache'

Below are the worker's log lines. Ctrl-C stops everything.
`;
}

/** Opens the playground with the admin's figures. In the fragment, which browsers do not send, the token stays here. */
export function adminLink(port: number, token: string): string {
  return `http://localhost:${port}/#admin=${encodeURIComponent(token)}`;
}
