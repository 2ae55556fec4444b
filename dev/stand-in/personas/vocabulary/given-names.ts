import type { Gender } from "../lead/lead.ts";
import { NAME_POOLS } from "./names.ts";

// The names most often given in the United States over the last eighty years, besides those of the pools.
const WOMEN = `Mary Maria Patricia Jennifer Linda Elizabeth Barbara Jessica Sarah Karen Lisa Nancy Betty Sandra
Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Cynthia Kathleen
Angela Shirley Brenda Emma Anna Pamela Nicole Samantha Katherine Christine Helen Debra Carolyn Janet Catherine
Heather Diane Olivia Julie Joyce Victoria Kelly Christina Joan Evelyn Judith Andrea Cheryl Jacqueline Martha Madison
Gloria Sara Janice Kathryn Ann Ana Jean Alice Sophia Judy Isabella Julia Denise Marilyn Amber Danielle Brittany Diana
Charlotte Lori Kayla Alexis Tiffany Jane Sofia Priscilla Carmen Beth Ellen Ruth Anne Eva Lena Ines Mia Ava Chloe Zoe
Ella Amelia Harper Jasmine Sylvia Wanda Tina Rita Dana Holly April Crystal Erin Megan Lauren Rachel Molly Kate Jill`;

const MEN = `James Robert John Michael David William Richard Christopher Charles Matthew Anthony Mark Donald Steven
Andrew Joshua Kenneth Brian George Timothy Ronald Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry
Justin Scott Brandon Benjamin Gregory Alexander Frank Patrick Jack Dennis Jerry Tyler Jose Adam Zachary Douglas Kyle
Ethan Walter Jeremy Harold Keith Christian Roger Noah Gerald Carl Arthur Sean Austin Lawrence Dylan Jesse Bryan Joe
Billy Bruce Albert Willie Gabriel Logan Alan Juan Wayne Roy Ralph Randy Eugene Louis Philip Bobby Bob Bill Tom Dan
Mike Steve Dave Jim Ben Sam Carlos Antonio Pedro Manuel Jorge Mario Max Lucas Liam Mason Oliver Ted Greg Jeff Craig`;

const WOMEN_SET = new Set([...WOMEN.split(/\s+/), ...NAME_POOLS.flatMap(({ women }) => women)]);
const MEN_SET = new Set([...MEN.split(/\s+/), ...NAME_POOLS.flatMap(({ men }) => men)]);

/** What a first name suggests, if anything: a stand-in may guess where a person would ask. */
export function genderOf(firstName: string | undefined): Gender | undefined {
  if (firstName === undefined) return undefined;
  const woman = WOMEN_SET.has(firstName);
  const man = MEN_SET.has(firstName);
  if (woman !== man) return woman ? "woman" : "man";
  return /[aá]$/.test(firstName) ? "woman" : undefined;
}
