export interface TokenCase {
  readonly name: string;
  /** JSON texts, written as they are: a serializer would not write some of them. */
  readonly header?: string;
  readonly payload?: string;
  /** Another way to write or sign it. */
  readonly spell?: (token: string) => string;
  readonly signedWith?: { readonly secret?: string; readonly hash?: "SHA-256" | "SHA-384" | "SHA-512" };
  readonly believed: boolean;
}

const NOW = Math.floor(Date.now() / 1000);
const HEADER = '{"alg":"HS256","typ":"JWT"}';
/** The claims of a good token, with these in it or in place of its own. */
const claims = (more: string) =>
  `{"iss":"https://issuer.test","aud":"asknewton","exp":${NOW + 3600},"sub":"ann"${more}}`;
export const GOOD = { header: HEADER, payload: claims("") };

const header = (name: string, text: string, believed = false): TokenCase => ({
  name,
  header: text,
  believed,
});
const payload = (name: string, text: string, believed = false): TokenCase => ({
  name,
  payload: text,
  believed,
});
const claim = (name: string, text: string, believed = false) => payload(name, claims(`,${text}`), believed);
const part = (at: number, change: (text: string) => string) => (token: string) =>
  token
    .split(".")
    .map((text, index) => (index === at ? change(text) : text))
    .join(".");

/** After the kinds of the public JWT suites; all are signed with the right secret unless they say otherwise. */
export const TOKEN_CASES: readonly TokenCase[] = [
  { name: "as the issuer makes it", believed: true },
  // the algorithm
  ...["none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", "HS256 ", "hs256"].map(
    (alg) => header(`alg ${JSON.stringify(alg)}`, `{"alg":"${alg}","typ":"JWT"}`),
  ),
  header("no alg", '{"typ":"JWT"}'),
  header("alg null", '{"alg":null}'),
  header("a list of algs", '{"alg":["HS256"]}'),
  header("two algs, the last none", '{"alg":"HS256","alg":"none"}'),
  { name: "HS512, truly", header: '{"alg":"HS512"}', signedWith: { hash: "SHA-512" }, believed: false },
  { name: "HS256 that is signed as HS384", signedWith: { hash: "SHA-384" }, believed: false },
  { name: "an empty secret", signedWith: { secret: "\0" }, believed: false },
  { name: "none, unsigned", header: '{"alg":"none"}', spell: part(2, () => ""), believed: false },
  { name: "unsigned", spell: part(2, () => ""), believed: false },
  // the header's other members
  header("crit of exp", '{"alg":"HS256","crit":["exp"],"exp":1}'),
  header("crit of b64", '{"alg":"HS256","crit":["b64"],"b64":true}'),
  header("crit of an invention", '{"alg":"HS256","crit":["x"],"x":1}'),
  header("an empty crit", '{"alg":"HS256","crit":[]}'),
  header("crit null", '{"alg":"HS256","crit":null}'),
  header("a kid, which says nothing here", '{"alg":"HS256","kid":"../../dev/null"}', true),
  header("no typ", '{"alg":"HS256"}', true),
  header("typ at+jwt", '{"alg":"HS256","typ":"at+jwt"}', true),
  header("typ JWE", '{"alg":"HS256","typ":"JWE"}'),
  header("typ of a number", '{"alg":"HS256","typ":1}'),
  {
    name: "a key of its own in the header",
    header: '{"alg":"HS256","jwk":{"kty":"oct","k":"YXR0YWNrZXJzLXNlY3JldC1vZi0zMi1jaGFyYWN0ZXJz"}}',
    signedWith: { secret: "attackers-secret-of-32-characters" },
    believed: false,
  },
  header("a header that is a list", "[]"),
  header("a header that is a string", '"HS256"'),
  header("a header that is no JSON", "{alg:HS256}"),
  header("a header that is null", "null"),
  // claims twice: RFC 7519 §4 lets a reader take the last
  claim("sub twice, the last a text", '"sub":"bob"', true),
  claim("sub twice, the last empty", '"sub":""'),
  claim("sub twice, the last a number", '"sub":7'),
  claim("exp twice, the last long past", '"exp":1'),
  claim("iss twice, the last another's", '"iss":"https://other.test"'),
  claim("aud twice, the last another's", '"aud":"other"'),
  // numbers
  claim("exp 1e400", '"exp":1e400'),
  claim("exp -1e400", '"exp":-1e400'),
  claim("exp 0", '"exp":0'),
  claim("exp -1", '"exp":-1'),
  claim("exp null", '"exp":null'),
  claim("exp false", '"exp":false'),
  claim("exp in a string", `"exp":"${NOW + 3600}"`),
  claim("exp in a list", `"exp":[${NOW + 3600}]`),
  claim("exp as far as doubles go", '"exp":1.7976931348623157e308', true),
  claim("exp with a fraction", `"exp":${NOW + 3600}.5`, true),
  claim("exp of twenty digits", '"exp":99999999999999999999', true),
  claim("nbf 1e400", '"nbf":1e400'),
  claim("nbf to come", `"nbf":${NOW + 3600}`),
  claim("nbf null", '"nbf":null'),
  claim("nbf in a string", '"nbf":"0"'),
  claim("nbf long past", '"nbf":-1e300', true),
  claim("iat to come", `"iat":${NOW + 3600}`),
  claim("iat null", '"iat":null'),
  // who, for whom, by whom
  claim("a list of audiences, ours among them", '"aud":["x","asknewton"]', true),
  claim("a list of audiences without ours", '"aud":["x","asknewton "]'),
  claim("an audience in a list in a list", '"aud":[["asknewton"]]'),
  claim("an audience that is an object", '"aud":{"asknewton":true}'),
  claim("a list of issuers", '"iss":["https://issuer.test"]'),
  claim("an issuer in capitals", '"iss":"HTTPS://ISSUER.TEST"'),
  claim("a sub that is a list", '"sub":["ann"]'),
  claim("a sub that is null", '"sub":null'),
  claim("claims of prototypes", '"__proto__":{"sub":"bob"},"constructor":1', true),
  payload("a payload that is a list", `[${claims("")}]`),
  payload("a payload that is a string", '"ann"'),
  payload("an empty payload", "{}"),
  payload("a payload that is no JSON", "ann"),
  payload("a payload with a comma too many", claims(",")),
  payload("two payloads", `${claims("")}${claims("")}`),
  // the text of the token
  { name: "a padded signature", spell: (token) => `${token}=`, believed: false },
  { name: "a padded header", spell: part(0, (text) => `${text}==`), believed: false },
  {
    name: "base64 that is no base64url",
    spell: part(2, (text) => `${text.slice(0, -2)}+/`),
    believed: false,
  },
  { name: "a signature that is cut", spell: part(2, (text) => text.slice(0, 22)), believed: false },
  { name: "a signature and more", spell: part(2, (text) => `${text}AAAA`), believed: false },
  { name: "a fourth part", spell: (token) => `${token}.AAAA`, believed: false },
  { name: "five parts, as JWE has", spell: (token) => `${token}.AAAA.AAAA`, believed: false },
  { name: "two parts", spell: (token) => token.split(".").slice(0, 2).join("."), believed: false },
  { name: "an empty part first", spell: (token) => `.${token}`, believed: false },
  { name: "the JSON form", spell: (token) => `{"payload":"${token.split(".")[1]}"}`, believed: false },
  payload("a byte order mark, which a reader may pass over (RFC 8259 §8.1)", `\uFEFF${claims("")}`, true),
  {
    name: "a swapped header and payload",
    spell: (token) => token.replace(/^(.*)\.(.*)\./, "$2.$1."),
    believed: false,
  },
];

const encoder = new TextEncoder();

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** The case's token, signed by HMAC with `secret` unless the case says otherwise. */
export async function tokenOf(given: TokenCase, secret: string): Promise<string> {
  const { signedWith: { secret: own = secret, hash = "SHA-256" } = {}, spell = (token) => token } = given;
  const parts = [given.header ?? GOOD.header, given.payload ?? GOOD.payload];
  const signed = parts.map((text) => base64url(encoder.encode(text))).join(".");
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", encoder.encode(own), algorithm, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(signed)));
  return spell(`${signed}.${base64url(signature)}`);
}
