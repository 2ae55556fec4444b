import { prepared } from "./prepared.ts";

/** Before any test: it takes some seconds, and two files would make it at the same moment. */
export default async function setup(): Promise<void> {
  await prepared();
}
