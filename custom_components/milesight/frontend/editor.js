// @ts-check
/** The editor of the dashboard's options. */

import { getFleet } from "./fleet.js";
import { loadTexts } from "./texts.js";

/**
 * @param {string[]} views
 * @param {any} hass
 * @param {import("./texts.js").Texts} text
 */
function schema(views, hass, text) {
  const select = (/** @type {string} */ name, /** @type {any[]} */ options, multiple = true) => ({
    name,
    required: !multiple,
    selector: { select: { mode: multiple ? "list" : "dropdown", multiple, options } },
  });
  const applications = getFleet(hass).applications;
  return [
    select("views", views.map((value) => ({ value, label: text(`view_${value}`) }))),
    select("group_by", ["area", "model", "gateway"].map((value) => ({ value, label: text(`by_${value}`) })), false),
    ...(applications.length > 1
      ? [select("applications", applications.map(({ entryId, name }) => ({ value: entryId, label: name })))]
      : []),
    { name: "silent_hours", required: true, selector: { number: { min: 1, max: 720, mode: "box", unit_of_measurement: "h" } } },
  ];
}

/** Load Home Assistant's form, which comes with the editor of a card. */
async function loadForm() {
  if (customElements.get("ha-form")) return;
  const helpers = await /** @type {any} */ (window).loadCardHelpers();
  helpers.createCardElement({ type: "tile", entity: "sun.sun" });
  const tile = await customElements.whenDefined("hui-tile-card");
  await /** @type {any} */ (tile).getConfigElement();
}

/** @param {string[]} views */
export function defineEditor(views) {
  class MilesightDashboardEditor extends HTMLElement {
    #config = /** @type {any} */ ({});
    #hass = /** @type {any} */ (undefined);
    #form = /** @type {any} */ (undefined);

    /** @param {any} config */
    setConfig(config) {
      this.#config = config;
      this.#update();
    }

    /** @param {any} hass */
    set hass(hass) {
      const first = !this.#hass;
      this.#hass = hass;
      if (first) this.#render();
      else this.#update();
    }

    async #render() {
      const [text] = await Promise.all([loadTexts(this.#hass), loadForm()]);
      const form = /** @type {any} */ (document.createElement("ha-form"));
      form.schema = schema(views, this.#hass, text);
      form.computeLabel = (/** @type {{name: string}} */ { name }) => text(`option_${name}`);
      form.addEventListener("value-changed", (/** @type {CustomEvent} */ event) => {
        event.stopPropagation();
        this.#changed(event.detail.value);
      });
      this.#form = form;
      this.#update();
      this.replaceChildren(form);
    }

    #update() {
      if (!this.#form) return;
      this.#form.hass = this.#hass;
      this.#form.data = { views, group_by: "area", silent_hours: 24, ...this.#config };
    }

    /** @param {any} value */
    #changed(value) {
      const config = { ...value, type: this.#config.type };
      this.#config = config;
      this.dispatchEvent(
        new CustomEvent("config-changed", { detail: { config }, bubbles: true, composed: true }),
      );
    }
  }
  customElements.define("milesight-dashboard-editor", MilesightDashboardEditor);
}
