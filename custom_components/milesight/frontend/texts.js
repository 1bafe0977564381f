// @ts-check
/** Texts of the dashboard in the user's language, from the translations of the integration. */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Texts */

const PREFIX = "component.milesight.common.dashboard_";

/**
 * Load the texts for the user's language.
 *
 * @param {any} hass
 * @returns {Promise<Texts>}
 */
export async function loadTexts(hass) {
  const localize = await hass.loadBackendTranslation("common", "milesight");
  return (key, values) => localize(PREFIX + key, values) || key;
}

/**
 * Shorten a name that somebody made very long.
 *
 * @param {string} name
 * @param {number} [length]
 */
export const shorten = (name, length = 60) =>
  name.length > length ? `${[...name].slice(0, length - 1).join("")}…` : name;

const MAX_HALF = 13; // letters that a tile of half a section's width has room for, where sections are narrowest
const WIDE_LETTERS = /[\u2E80-\uD7FF\uF900-\uFAFF\uFF00-\uFF60]/gu;

/**
 * Return if a text is cut off in a tile of half a section's width.
 *
 * @param {string} text
 */
export const isLong = (text) => text.length + (text.match(WIDE_LETTERS)?.length ?? 0) > MAX_HALF;

/**
 * Return a text as Markdown that shows it as it is: no markup, no HTML, no template.
 *
 * @param {string} text
 */
export const escapeMarkdown = (text) =>
  text.replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);

/**
 * Return how long ago something was, in words.
 *
 * @param {any} hass
 * @param {number} time epoch milliseconds
 * @param {number} now epoch milliseconds
 */
export function ago(hass, time, now) {
  const format = new Intl.RelativeTimeFormat(hass.locale?.language, { numeric: "auto" });
  const minutes = Math.round((time - now) / 60_000);
  if (Math.abs(minutes) < 90) return format.format(minutes, "minute");
  const hours = Math.round(minutes / 60);
  return Math.abs(hours) < 48 ? format.format(hours, "hour") : format.format(Math.round(hours / 24), "day");
}
