import { faker } from "@faker-js/faker/locale/en_US";

const {
  state: NAMES = [],
  state_abbr: CODES = [],
  postcode_by_state: ZIPS = {},
} = faker.definitions.location;

/** Finds a state by its code, its name, or a place that ends in either ("Bend, OR"). */
export function stateCalled(place: string): string | undefined {
  const last = place
    .replace(/\s+\d{5}(-\d{4})?$/, "")
    .split(",")
    .at(-1)
    ?.trim()
    .toLowerCase();
  return NAMES.find((name, i) => name.toLowerCase() === last || CODES[i]?.toLowerCase() === last);
}

export function stateOfZip(zip: string): string | undefined {
  const code = Object.entries(ZIPS).find(([, range]) => {
    const [least = 0, most = 0] = String(range).match(/\d{5}/g)?.map(Number) ?? [];
    return /^\d{5}/.test(zip) && Number(zip.slice(0, 5)) >= least && Number(zip.slice(0, 5)) <= most;
  })?.[0];
  return NAMES[CODES.indexOf(code ?? "")];
}
