/**
 * What to try, as lines that work when pasted at the root of the repository. Browsers do not send a URL's fragment, so
 * the token in it stays here.
 */
export function instructions(port: number, upstream: string, adminToken: string): string {
  const origin = `http://localhost:${port}`;
  const generate = `${origin}/api/personas/generate -H 'content-type: application/json' --data @examples/lead.json`;
  return `
AskNewton Edge is ready at ${origin}
Upstream: ${upstream}

The playground, with what caching saved; the link carries the admin token, so keep it to yourself:
  ${origin}/#admin=${encodeURIComponent(adminToken)}

Make personas; the same again answers from the cache, with "fromCache":true:
  curl -s ${generate}
Make new ones instead, and watch them arrive as a stream:
  curl -sN ${generate} -H 'accept: text/event-stream' -H 'cache-control: no-cache'

Below are the worker's log lines. Ctrl-C stops everything.
`;
}
