import { faker } from "@faker-js/faker/locale/en_US";

const { female = [], male = [] } = faker.definitions.person.first_name;

/** What a first name suggests, if anything: a stand-in may guess where a person would ask. */
export function genderOf(firstName = ""): "Woman" | "Man" | undefined {
  const woman = female.includes(firstName);
  if (woman === male.includes(firstName)) return undefined;
  return woman ? "Woman" : "Man";
}
