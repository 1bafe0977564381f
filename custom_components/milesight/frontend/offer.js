// @ts-check
/** The entry of the strategy in Home Assistant's dialog *Add dashboard*. */

const KEY = "component.milesight.common.dashboard_description";

/** @type {Map<string, string>} */
const descriptions = new Map();

/** @param {string} language */
async function load(language) {
  descriptions.set(language, "");
  const { conn } = await /** @type {any} */ (window).hassConnection;
  const { resources } = await conn.sendMessagePromise({
    type: "frontend/get_translations",
    language,
    category: "common",
    integration: ["milesight"],
  });
  descriptions.set(language, resources[KEY] ?? "");
}

/** Return the description in the user's language; "" until it is loaded. */
function description() {
  const root = /** @type {any} */ (document.querySelector("home-assistant"));
  const language = root?.hass?.language ?? document.documentElement.lang;
  if (!descriptions.has(language)) load(language).catch(() => descriptions.delete(language));
  return descriptions.get(language) ?? "";
}

/**
 * Offer the strategy. The dialog reads the description whenever it is drawn, which is loaded
 * before: Home Assistant says in the document which language it speaks.
 */
export function offerStrategy() {
  const global = /** @type {any} */ (window);
  global.customStrategies = global.customStrategies ?? [];
  global.customStrategies.push({
    type: "milesight",
    strategyType: "dashboard",
    name: "Milesight",
    get description() {
      return description();
    },
    documentationURL: "https://github.com/milesight-home-assistant/milesight",
  });
  customElements.whenDefined("home-assistant").then(description);
  new MutationObserver(description).observe(document.documentElement, { attributeFilter: ["lang"] });
}
