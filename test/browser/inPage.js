/* What runs inside the page: plain JavaScript, sent as it stands. `report.test.ts` calls these functions by name. */

function openAll() {
  for (const details of document.querySelectorAll("details")) details.open = true;
}

/** Elements that stick out of the page on the right. Inside a table's own scroller that is as it should be. */
function beyond(limit) {
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.closest("svg") === null && (e.matches(".scroll") || e.closest(".scroll") === null))
    .filter((e) => e.getBoundingClientRect().right > limit + 0.5)
    .map((e) => `${e.tagName}.${e.className}`);
}

function scrollWidth() {
  return document.documentElement.scrollWidth;
}

function eventHandlers() {
  return [...document.querySelectorAll("*")]
    .filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name)))
    .map((e) => e.outerHTML);
}

/** The size of a picture's text as it is shown, in pixels. */
function textSize(selector) {
  const text = document.querySelector(selector);
  return text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function topOfLast(selector) {
  return [...document.querySelectorAll(selector)].at(-1).getBoundingClientRect().top;
}

/** Texts whose contrast with what is behind them is below 4.5, as WCAG 2 counts it. */
function faintTexts() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const seen = new Map();
  const rgba = (colour) => {
    if (!seen.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      seen.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return seen.get(colour);
  };
  const luminance = (colour) => {
    const [r, g, b] = rgba(colour).map((v) =>
      v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e !== null; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  return [...document.querySelectorAll("body *")].flatMap((element) => {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
    if (!own || element.getClientRects().length === 0) return [];
    const style = getComputedStyle(element);
    const ink = luminance(element instanceof SVGElement ? style.fill : style.color);
    const paper = luminance(behind(element));
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    return contrast < 4.5 ? [`${element.outerHTML.slice(0, 120)}: ${contrast.toFixed(2)}`] : [];
  });
}
