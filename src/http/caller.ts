/** Who calls. */
export interface Caller {
  /** The token's `sub`, where callers sign in. */
  readonly user?: string;
  /** `CF-Connecting-IP`, an IPv6 one by its /64, or `local`. */
  readonly address: string;
}

const MAPPED_IPV4 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** The first 64 bits: what one household or one host has (RFC 6177). */
function network(ipv6: string): string {
  const [head = "", tail] = ipv6.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":")}::/64`;
}

/** The caller's address as it is counted: an IPv6 one by its /64, `local` where the edge names none. */
export function parseAddress(headers: Headers): string {
  const address = headers.get("CF-Connecting-IP")?.trim();
  if (!address) return "local";
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped) return mapped;
  return address.includes(":") ? network(address) : address;
}
