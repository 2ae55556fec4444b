const REFUSED = new Set(["7403", "9106", "9109", "10000", "10023"]);
/** What the API says where R2 was never switched on, and of a bucket that so could not be made. */
const WITHOUT_R2 = new Set(["10042", "10085"]);

/** The rights of an API token, by the part of the API's path. */
const RIGHTS: readonly (readonly [path: RegExp, right: string])[] = [
  [/\/d1\//, "D1: Edit"],
  [/\/r2\//, "Workers R2 Storage: Edit"],
  [/\/queues/, "Queues: Edit"],
  [/\/zones|\/domains/, "Workers Routes: Edit, for the domain's zone"],
  [/\/workers\//, "Workers Scripts: Edit"],
];

/** What a person can do about a failed call, in a sentence after it; empty where that is not known. */
export function hintOf(said: string, code: string | undefined): string {
  if (code === undefined) return "";
  if (WITHOUT_R2.has(code))
    return " Is R2 switched on in the dashboard, and has the token Workers R2 Storage: Edit?";
  const right = RIGHTS.find(([path]) => path.test(said))?.[1];
  return REFUSED.has(code) && right ? ` The API token needs ${right}.` : "";
}
