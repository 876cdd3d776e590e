/**
 * National numbers that belong to nobody, by country code: each `#` is any digit. North America's (555-0100 to 555-0199 in every
 * area) are made where they are needed.
 *
 * Sources: ARCEP's numbering plan (France), Ofcom's "Telephone numbers for drama use" (United Kingdom), PTS (Sweden),
 * Bundesnetzagentur, Mitteilung 148/2021 (Germany), ACMA's numbers for creative works (Australia), ComReg (Ireland).
 */
export const fictionalNumbers = {
  "33": ["19900####", "26191####", "35301####", "46571####", "53649####", "63998####"],
  "353": ["2091#####"],
  "44": [
    "7700900###",
    "1632960###",
    "2079460###",
    "1134960###",
    "1214960###",
    "1314960###",
    "1414960###",
    "1614960###",
    "3069990###",
  ],
  "46": [
    ...["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((ten) => `7017406${ten}#`),
    "3139006##",
    "4062804##",
    "8465004##",
  ],
  "49": ["3023125###", "6990009###", "4066969###", "2214710###", "8999998###", "17139200##", "176040690##"],
  "61": [
    "25550####",
    "27010####",
    "35550####",
    "37010####",
    "75550####",
    "77010####",
    "85550####",
    "87010####",
  ],
} satisfies Record<string, string[]>;
