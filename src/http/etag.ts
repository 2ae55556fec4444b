/** `If-None-Match` (RFC 9110 §13.1.2): a list of tags, compared weakly, or `*`. True: the caller has it. */
export function ifNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === etag);
}
