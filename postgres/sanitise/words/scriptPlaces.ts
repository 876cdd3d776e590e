import type { Script } from "../rules/domains/transformation";

/** Words made up from two parts, and how a result is written with one: `{}` is the word, `#` a house's number. */
interface Made {
  stems: string;
  endings: string;
  forms: string[];
}

/** Towns, streets and organisations of one script. */
export interface ScriptPlaces {
  town: Made;
  street: Made;
  company: Made;
}

const bare = ["{}"];

/** Towns, streets and organisations in scripts other than Latin, of our own making. */
export const scriptPlaces: Record<Exclude<Script, "latin">, ScriptPlaces> = {
  greek: {
    town: {
      stems: "Αμπελ Βραχ Δρυμ Ελατ Θυμαρ Κεδρ Λιμν Πετρ Πλαταν Ροδ",
      endings: "οχώρι όπολη οβούνι όκαμπος",
      forms: bare,
    },
    street: {
      stems: "Ανεμ Γαλαν Δαφν Ηλι Καλαμ Κυμ Λεμον Μυρτ Ορχιδ Σταχυ",
      endings: "ώνων ίδων άδων έων",
      forms: ["{} #", "Οδός {} #"],
    },
    company: {
      stems: "Αιγλ Αστρ Δελτ Ηλεκτρ Κιμωλ Λυχν Οψιδ Πυξ Σμαραγδ Φαρ",
      endings: "ική ίνα ότυπο όραμα",
      forms: ["{} Α.Ε.", "Όμιλος {}", "{} και Σία", "Σύλλογος {}"],
    },
  },
  cyrillic: {
    town: {
      stems: "Берёзо Вишне Горно Дубо Ело Журавле Камне Лесно Озеро Полыно",
      endings: "вск град поль бор",
      forms: bare,
    },
    street: {
      stems: "Васильков Ветрян Калинов Камышов Клюквен Ольхов Орехов Песчан Рябинов Сиренев",
      endings: "ая ская енная ническая",
      forms: ["ул. {}, #", "улица {}, д. #"],
    },
    company: {
      stems: "Гранит Зар Искр Кварц Маяк Парус Радуг Свет Темп Янтар",
      endings: "строй торг сервис проект",
      forms: ["Группа {}", "{} и партнёры", "Союз {}", "Общество {}"],
    },
  },
  han: {
    town: { stems: "青 白 云 松 竹 梅 兰 玉 石 柳", endings: "溪市 川镇 岭县 泽市", forms: bare },
    street: { stems: "晨 晚 风 雨 霜 露 星 月 霞 虹", endings: "光路 华街 声路 影巷", forms: ["{}#号"] },
    company: {
      stems: "恒 瑞 泰 盛 鑫 昌 宏 隆 祥 裕",
      endings: "达 信 和 源",
      forms: ["{}公司", "{}集团", "{}商行", "{}协会"],
    },
  },
  hangul: {
    town: { stems: "가람 나래 다솜 라온 마루 미르 보람 새별 아람 한결", endings: "시 읍 면 군", forms: bare },
    street: {
      stems: "갈대 노을 단풍 도토리 물결 바람 솔잎 안개 이슬 초롱",
      endings: "로 길 대로 안길",
      forms: ["{} #"],
    },
    company: {
      stems: "거울 나침 돋움 등대 발판 소금 씨앗 온누리 주춧 한빛",
      endings: "상사 기획 물산 조합",
      forms: ["{}", "주식회사 {}"],
    },
  },
  kana: {
    town: {
      stems: "あま いわ うす えだ かげ きり くま しも つた なら",
      endings: "さわし はまし のまち だむら",
      forms: bare,
    },
    street: {
      stems: "うめ かえで くぬぎ けやき すすき つばき なずな はぎ もみじ やなぎ",
      endings: "どおり ざか こうじ よこちょう",
      forms: ["{} #"],
    },
    company: {
      stems: "あかり いずみ うしお かけはし こだま しずく つばさ ともしび はやて みなも",
      endings: "や どう しゃ かん",
      forms: ["{}", "かぶしきがいしゃ{}"],
    },
  },
  arabic: {
    town: { stems: "نخل بحر صخر زهر قمر نجم ورد غيم سهل رمل", endings: "اباد ونية انة ين", forms: bare },
    street: {
      stems: "نسيم شروق غروب ندى ضباب موج سنبل ريحان ياسم خزام",
      endings: "ات ان ية ي",
      forms: ["شارع {} #", "# شارع {}"],
    },
    company: {
      stems: "مرسا منار قنديل شراع جسر ميزان بوصل مرآ سنديان ركن",
      endings: "كو تك ية ان",
      forms: ["شركة {}", "مجموعة {}", "مؤسسة {}", "جمعية {}"],
    },
  },
  hebrew: {
    town: { stems: "אורנ ברוש גפנ דקל הרד זית חרוב יער כרמ לוז", endings: "ים ון יה ית", forms: bare },
    street: {
      stems: "אדווה בוקר גלבוע דרדר הבל זריח חולית טלל כליל מעין",
      endings: "ים ה ות יה",
      forms: ["רחוב {} #", "{} #"],
    },
    company: {
      stems: "אבוקה בארג גשר דגל זרקור חותם ירח כוכב מגדל נתיב",
      endings: "טק ים ון ית",
      forms: ["חברת {}", "קבוצת {}", "אגודת {}", "{} שותפים"],
    },
  },
  devanagari: {
    town: { stems: "नद वन गिर मेघ सूर पवन कमल शैल तरु जल", endings: "पुर नगर गढ़ वाड़ी", forms: bare },
    street: {
      stems: "चंपा जूही केतकी पलाश अशोक कदंब मालती शिरीष बकुल पारिजात",
      endings: "मार्ग पथ गली वीथि",
      forms: ["#, {}"],
    },
    company: {
      stems: "दीप सेतु शिखर किरण तरंग स्तंभ प्रकाश संकल्प नौका धारा",
      endings: "उद्योग व्यापार सेवा समूह",
      forms: ["{}", "{} संघ"],
    },
  },
};
