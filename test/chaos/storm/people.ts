import { sign } from "hono/utils/jwt/jwt";
import { JWT_SECRET } from "../server/server.ts";
import { sha256 } from "../upstream/marks.ts";

/** Somebody who signs in, or, without a token, is only known to the administration by an address. */
export interface Person {
  /** Such as `P12Z`: part of the user id, the e-mail and every lead. */
  readonly name: string;
  readonly email: string;
  readonly user: string;
  readonly headers: Readonly<Record<string, string>>;
}

const DAYS = 5 * 86_400;

export async function newPerson(number: number): Promise<Person> {
  const name = `P${number}Z`;
  const user = `user-${name}`;
  // The service's clock is ahead by less than a day.
  const token = await sign({ sub: user, exp: Math.floor(Date.now() / 1000) + DAYS }, JWT_SECRET, "HS256");
  return { name, user, email: `${name}@storm.test`, headers: { Authorization: `Bearer ${token}` } };
}

/** What may be found of a person after all: the name, and the hashes that the tables have. */
export function tracesOf({ name, email, user }: Person): string[] {
  return [name, name.toLowerCase(), sha256(email.toLowerCase()), sha256(user)];
}

/** An address that no other question is asked from. */
export function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
