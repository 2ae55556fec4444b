export interface State {
  readonly code: string;
  readonly name: string;
  readonly cities: readonly string[];
}

// Code, name, cities, and the ranges of the first three digits of its ZIP codes.
const TABLE = `
AL|Alabama|Birmingham,Huntsville,Mobile|350-369
AK|Alaska|Anchorage,Fairbanks,Juneau|995-999
AZ|Arizona|Tucson,Mesa,Flagstaff|850-865
AR|Arkansas|Little Rock,Fayetteville,Jonesboro|716-729
CA|California|Sacramento,Fresno,Long Beach|900-961
CO|Colorado|Denver,Fort Collins,Pueblo|800-816
CT|Connecticut|Hartford,New Haven,Stamford|060-069
DE|Delaware|Wilmington,Dover,Newark|197-199
DC|District of Columbia|Washington|200-205
FL|Florida|Tampa,Orlando,Gainesville|320-349
GA|Georgia|Atlanta,Savannah,Athens|300-319,398-399
HI|Hawaii|Honolulu,Hilo,Kailua|967-968
ID|Idaho|Boise,Idaho Falls,Coeur d'Alene|832-838
IL|Illinois|Chicago,Peoria,Rockford|600-629
IN|Indiana|Indianapolis,Fort Wayne,Bloomington|460-479
IA|Iowa|Des Moines,Cedar Rapids,Iowa City|500-528
KS|Kansas|Wichita,Topeka,Lawrence|660-679
KY|Kentucky|Louisville,Lexington,Bowling Green|400-427
LA|Louisiana|Baton Rouge,Lafayette,Shreveport|700-714
ME|Maine|Portland,Bangor,Augusta|039-049
MD|Maryland|Baltimore,Frederick,Annapolis|206-219
MA|Massachusetts|Worcester,Springfield,Lowell|010-027
MI|Michigan|Grand Rapids,Lansing,Ann Arbor|480-499
MN|Minnesota|Duluth,Rochester,Saint Paul|550-567
MS|Mississippi|Jackson,Hattiesburg,Tupelo|386-397
MO|Missouri|Kansas City,Springfield,Columbia|630-658
MT|Montana|Missoula,Billings,Bozeman|590-599
NE|Nebraska|Omaha,Lincoln,Kearney|680-693
NV|Nevada|Reno,Henderson,Carson City|889-898
NH|New Hampshire|Manchester,Concord,Nashua|030-038
NJ|New Jersey|Newark,Trenton,Cherry Hill|070-089
NM|New Mexico|Albuquerque,Santa Fe,Las Cruces|870-884
NY|New York|Buffalo,Albany,Rochester|005-005,100-149
NC|North Carolina|Raleigh,Asheville,Durham|270-289
ND|North Dakota|Fargo,Bismarck,Grand Forks|580-588
OH|Ohio|Columbus,Dayton,Toledo|430-459
OK|Oklahoma|Tulsa,Norman,Oklahoma City|730-749
OR|Oregon|Portland,Eugene,Bend|970-979
PA|Pennsylvania|Pittsburgh,Allentown,Erie|150-196
RI|Rhode Island|Providence,Warwick,Pawtucket|028-029
SC|South Carolina|Charleston,Greenville,Columbia|290-299
SD|South Dakota|Sioux Falls,Rapid City,Brookings|570-577
TN|Tennessee|Nashville,Knoxville,Chattanooga|370-385
TX|Texas|Austin,San Antonio,El Paso|733-733,750-799,885-885
UT|Utah|Salt Lake City,Provo,Ogden|840-847
VT|Vermont|Burlington,Montpelier,Rutland|050-059
VA|Virginia|Richmond,Norfolk,Roanoke|220-246
WA|Washington|Spokane,Tacoma,Bellingham|980-994
WV|West Virginia|Charleston,Morgantown,Huntington|247-268
WI|Wisconsin|Madison,Milwaukee,Green Bay|530-549
WY|Wyoming|Cheyenne,Laramie,Casper|820-831
`;

interface Row extends State {
  readonly zips: readonly (readonly [from: number, to: number])[];
}

function readRow(line: string): Row {
  const [code = "", name = "", cities = "", zips = ""] = line.split("|");
  const ranges = zips.split(",").map((range) => {
    const [from = 0, to = 0] = range.split("-").map(Number);
    return [from, to] as const;
  });
  return { code, name, cities: cities.split(","), zips: ranges };
}

const ROWS: readonly Row[] = TABLE.trim().split("\n").map(readRow);

export const STATES: readonly State[] = ROWS;

/** Finds a state by its code, its name, or a place that ends in either ("Bend, OR"). */
export function stateCalled(text: string): State | undefined {
  const wanted = text.trim().replace(/\s+\d{5}(-\d{4})?$/, "");
  const last = wanted.split(",").at(-1)?.trim() ?? wanted;
  return ROWS.find(
    ({ code, name }) =>
      code === last.toUpperCase() || [last, wanted].some((one) => name.toLowerCase() === one.toLowerCase()),
  );
}

export function stateOfZip(zip: string): State | undefined {
  if (!/^\d{5}(-\d{4})?$/.test(zip)) return undefined;
  const area = Number(zip.slice(0, 3));
  return ROWS.find(({ zips }) => zips.some(([from, to]) => area >= from && area <= to));
}

export function stateOfCity(city: string): State | undefined {
  return ROWS.find(({ cities }) => cities.includes(city));
}
