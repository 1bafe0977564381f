// @ts-check
/** The dashboard strategy `custom:milesight`: a dashboard for any fleet, which follows it. */

import { applicationView, mapView } from "./application.js";
import { attentionChanged, statusKey } from "./attention.js";
import { kindsView } from "./by_kind.js";
import { defineEditor } from "./editor.js";
import { getFleet } from "./fleet.js";
import { allOf, gatewayIds } from "./kinds.js";
import { markdown, section } from "./cards.js";
import { offerStrategy } from "./offer.js";
import { overviewView } from "./overview.js";
import { placesView } from "./places.js";
import { getStatus, latestStatus } from "./status.js";
import { loadTexts } from "./texts.js";

/**
 * @typedef {object} Context
 * @property {any} hass
 * @property {any} config of the strategy
 * @property {import("./fleet.js").Fleet} fleet
 * @property {import("./status.js").Status} status
 * @property {Set<string>} gateways IDs of devices
 * @property {import("./texts.js").Texts} text
 * @property {number} now epoch milliseconds
 */

/** The views in their order, and whether a fleet has them. */
const VIEWS = {
  overview: { make: overviewView, exists: () => true },
  places: { make: placesView, exists: (/** @type {any} */ { devices }) => devices.length > 0 },
  kinds: { make: kindsView, exists: (/** @type {any} */ { devices }) => devices.length > 0 },
  map: { make: mapView, exists: (/** @type {any} */ { devices }) => allOf(devices, "tracker").length > 0 },
  application: { make: applicationView, exists: (/** @type {any} */ { applications }) => applications.length > 0 },
};
const REGISTRIES = ["entities", "devices", "areas", "floors", "language", "user"];

/** @param {any} before @param {any} after */
const registriesChanged = (before, after) => REGISTRIES.some((key) => before[key] !== after[key]);

/** The strategy of the dashboard: which views there are. */
class MilesightDashboardStrategy extends HTMLElement {
  /** @param {any} config @param {any} hass */
  static async generate(config, hass) {
    const text = await loadTexts(hass);
    const fleet = getFleet(hass, config.applications);
    const wanted = config.views?.length ? config.views : Object.keys(VIEWS);
    const views = Object.entries(VIEWS)
      .filter(([key, view]) => wanted.includes(key) && view.exists(fleet))
      .map(([key]) => ({
        title: text(`view_${key}`),
        path: key,
        strategy: { ...config, type: "custom:milesight", view: key },
      }));
    return { title: "Milesight", views };
  }

  /** @param {any} _config @param {any} before @param {any} after */
  static shouldRegenerate(_config, before, after) {
    return registriesChanged(before, after);
  }

  /** Return what the dialog proposes for a new dashboard. */
  static async getCreateSuggestions() {
    return { title: "Milesight", icon: "mdi:access-point" };
  }

  static getConfigElement() {
    return document.createElement("milesight-dashboard-editor");
  }
}

/** The strategy of a view. */
class MilesightViewStrategy extends HTMLElement {
  static #statusKey = "";

  /** @param {any} config @param {any} hass */
  static async generate(config, hass) {
    const [text, status] = await Promise.all([loadTexts(hass), getStatus(hass, config)]);
    const fleet = getFleet(hass, config.applications);
    if (!fleet.applications.length && !fleet.devices.length) return emptyView(text);
    this.#statusKey = statusKey(status);
    const view = VIEWS[/** @type {keyof typeof VIEWS} */ (config.view)] ?? VIEWS.overview;
    const gateways = gatewayIds(fleet.devices, status.gateways);
    return view.make({ hass, config, fleet, status, gateways, text, now: Date.now() });
  }

  /** @param {any} config @param {any} before @param {any} after */
  static shouldRegenerate(config, before, after) {
    if (registriesChanged(before, after)) return true;
    if (config.view !== "overview") return false;
    // Home Assistant waits for a pause between positive answers, so each change gives only one
    const previous = this.#statusKey;
    this.#statusKey = statusKey(latestStatus(after, config));
    return this.#statusKey !== previous || attentionChanged(before, after);
  }
}

/** @param {import("./texts.js").Texts} text */
const emptyView = (text) => ({
  type: "sections",
  sections: [
    section([
      markdown(
        `## ${text("empty_title")}\n\n${text("empty_text")}\n\n` +
          `[${text("link_integration")}](/config/integrations/integration/milesight)`,
      ),
    ]),
  ],
});

customElements.define("ll-strategy-dashboard-milesight", MilesightDashboardStrategy);
customElements.define("ll-strategy-view-milesight", MilesightViewStrategy);
defineEditor(Object.keys(VIEWS));
offerStrategy();
