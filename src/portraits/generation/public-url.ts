/**
 * Names that are never out on the internet (RFC 6761, 6762, 8375, 9476; ICANN's `internal`, and what routers use), and public
 * ones that are known to lead back to an address of one's own.
 */
const LOCAL_NAME =
  /(^|\.)(local|localhost|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|test|example|invalid|onion|alt|nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me)$/;
/** Global unicast is 2000::/3 (RFC 4291 §2.4). */
const GLOBAL_IPV6 = /^[23][0-9a-f]{3}:/;

/**
 * Whether a portrait may be fetched from there: https, at a name or an address of the public internet. The URL
 * standard's parser has made one spelling of all of an address's by now. What a name resolves to is not known here.
 */
export async function isPublicUrl({ protocol, hostname, username, password }: URL): Promise<boolean> {
  if (protocol !== "https:" || username !== "" || password !== "") return false;
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
  const { default: ip } = await import("ipaddr.js"); // hardly ever needed
  if (!ip.isValid(host)) return host.includes(".") && !LOCAL_NAME.test(host);
  return ip.parse(host).range() === "unicast" && (ip.IPv4.isValid(host) || GLOBAL_IPV6.test(host));
}
