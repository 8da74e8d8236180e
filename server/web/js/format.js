/*
 * Numbers, dates and counted words as French writes them.
 */

const NUMBER = new Intl.NumberFormat('fr-FR');
const ONE_DECIMAL = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 });
const LONG_DATE = new Intl.DateTimeFormat('fr-FR', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const SHORT_DATE = new Intl.DateTimeFormat('fr-FR', {
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const NBSP = '\u00a0';

/** 11784 → "11 784", with a no-break space. */
export const number = (value) => NUMBER.format(value).replaceAll('\u202f', NBSP);

/** 26695283 → "26,7 M": for figures in large type. */
export function shortNumber(value) {
  if (value >= 1e6) return `${ONE_DECIMAL.format(Math.floor(value / 1e5) / 10)}${NBSP}M`;
  return number(value);
}

/** 1, "initiative" → "1 initiative"; 12 → "12 initiatives". In French, 0 and 1 are singular. */
export const counted = (count, singular, plural = `${singular}s`) =>
  `${number(count)}${NBSP}${count < 2 ? singular : plural}`;

/** "2016-04-01" → "1er avril 2016". */
export function longDate(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return LONG_DATE.format(date).replace(/^1 /, '1er ');
}

/** "2016-04-01" → "avril 2016". */
export function monthYear(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? iso : SHORT_DATE.format(date);
}

/** Keeps the double signs of French with the word before or after them. */
export const typeset = (text) =>
  text.replace(/ ([:;?!»])/g, `${NBSP}$1`).replaceAll('« ', `«${NBSP}`);

/** "https://www.example.org/a/b" → "example.org/a/b", cut where it is long. */
export function shortUrl(url) {
  const text = url.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
