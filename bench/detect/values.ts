/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const list = (words: string) => words.split(" ");
const given = list(
  "Mary James Linda Robert Aisha Chen Olga Piotr Zofia Ingrid Lars Thijs Femke Sven Amélie Gaëlle Benoît Paolo Chiara Giulia Diego Lucía Ximena João Beatriz Tiago Mehmet Elif Dragan Milena Rajesh Priya Anjali Kwame Chidi Ngozi Keiko Haruto Minh Thuy Fatima Yusuf Siobhan Declan Rhys Bronwyn Oksana Taras Jürgen Heike Anselm Nikolett",
);
const family = list(
  "Smith Johnson Oduya Nguyen Kowalski Wiśniewska Lindqvist Bakker Visser Müller Schneider Brandt Lefèvre Moreau Girard Rossi Esposito Bianchi García Fernández Quispe Silva Ferreira Nogueira Yılmaz Demir Petrović Horvat Sharma Iyer Mensah Okafor Eze Tanaka Suzuki Tran Haddad Rahman Byrne Gallagher Pugh Llewellyn Shevchenko Koval Hofmann Baumgartner Szabó Nagy Halvorsen Virtanen",
);
const streets = list("Harbour Mill Church Station Victoria Elm Maple Cedar Bridge Queen Orchard Highland");
const towns = list(
  "Bristol Leeds Utrecht Gdańsk Lyon Bologna Sevilla Braga Uppsala Graz Ohio Perth Halifax Turku",
);
const nouns = list(
  "Walnut Copper Table Lamp Pump Valve Cable Sensor Kettle Blanket Drawer Bracket Filter Nozzle",
);
const states = list("open closed pending active draft archived new done");
const prose =
  "the order was checked and found complete before it left our warehouse on the second day of the week and everybody agreed that this would be enough for now since nothing else had come up in between".split(
    " ",
  );

export type Draw = ReturnType<typeof drawer>;

/** Draws made-up values of many kinds. */
export function drawer(random: () => number) {
  const whole = (below: number) => Math.floor(random() * below);
  const one = <T>(all: readonly T[]): T => all[whole(all.length)] as T;
  const digits = (count: number) => Array.from({ length: count }, () => whole(10)).join("");
  const letters = (count: number, of: string) =>
    Array.from({ length: count }, () => of[whole(of.length)]).join("");
  const plain = (text: string) =>
    text
      .normalize("NFD")
      .replace(/[^a-zA-Z]/g, "")
      .toLowerCase();
  const fullName = () => `${one(given)} ${one(family)}`;
  const login = () => `${plain(one(given)).slice(0, 1)}${plain(one(family))}${whole(90)}`;
  const email = () =>
    `${plain(one(given))}.${plain(one(family))}${whole(99)}@${one(["mailbox.org", "gmail.com", "posteo.de", "orange.fr"])}`;
  const phone = () =>
    one([
      () => `+49 17${whole(10)} ${digits(7)}`,
      () => `04${digits(2)} ${digits(3)} ${digits(3)}`,
      () => `(${2 + whole(7)}${digits(2)}) 555-${digits(4)}`,
      () => `0${1 + whole(9)} ${digits(2)} ${digits(2)} ${digits(2)} ${digits(2)}`,
      () => `+44 20 ${digits(4)} ${digits(4)}`,
    ])();
  const street = () =>
    one([
      () => `${1 + whole(180)} ${one(streets)} ${one(["Street", "Road", "Avenue"])}`,
      () => `${one(["Garten", "Schul", "Berg"])}straße ${1 + whole(90)}`,
      () => `${1 + whole(90)} rue de ${one(["Paris", "la Gare", "Verdun"])}`,
    ])();
  const words = (count: number) => {
    const from = whole(prose.length);
    const said = Array.from(
      { length: count },
      (_, i) => prose[(from + i * (1 + whole(3))) % prose.length],
    ).join(" ");
    return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
  };
  const text = () =>
    one([
      () => words(9 + whole(9)),
      () => `Spoke to ${fullName()} about it; ${words(7)}`,
      () => `Please call ${one(given)} on ${phone()}. ${words(6)}`,
      () => `${words(6)} Write to ${email()} instead.`,
    ])();
  return {
    whole,
    one,
    digits,
    given: () => one(given),
    family: () => one(family),
    fullName,
    login,
    email,
    phone,
    street,
    town: () => one(towns),
    postcode: () => digits(5),
    iban: () => `DE${digits(20)}`,
    national: () => `${digits(3)}-${digits(2)}-${digits(4)}`,
    ip: () => `${1 + whole(220)}.${whole(255)}.${whole(255)}.${1 + whole(250)}`,
    agent: () =>
      `Mozilla/5.0 (X11; Linux x86_64; rv:${90 + whole(40)}.0) Gecko/20100101 Firefox/${90 + whole(40)}.0`,
    secret: () => `$2b$12$${letters(53, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")}`,
    token: () => letters(40, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    hex: (count: number) => letters(count, "0123456789abcdef"),
    file: () => `${plain(one(family))}-${one(["cv", "passport", "letter"])}.pdf`,
    product: () => `${one(nouns)} ${one(nouns)}`,
    state: () => one(states),
    code: () => `${letters(2, "ABCDEFGHKLMN")}-${digits(4)}`,
    text,
    date: () =>
      `${1945 + whole(60)}-${String(1 + whole(12)).padStart(2, "0")}-${String(1 + whole(28)).padStart(2, "0")}`,
    recent: () => `2023-${String(1 + whole(12)).padStart(2, "0")}-${String(1 + whole(28)).padStart(2, "0")}`,
  };
}
