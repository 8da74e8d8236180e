/*
 * Numbers, dates and texts as the page's language writes them.
 */

import { language } from './words.js';

const LOCALE = language === 'fr' ? 'fr-FR' : 'en-GB';
const NUMBER = new Intl.NumberFormat(LOCALE);
const ONE_DECIMAL = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const LONG_DATE = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const SHORT_DATE = new Intl.DateTimeFormat(LOCALE, {
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

/** "2016-04-01" → "1er avril 2016". */
export function longDate(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  const words = LONG_DATE.format(date);
  return language === 'fr' ? words.replace(/^1 /, '1er ') : words;
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
