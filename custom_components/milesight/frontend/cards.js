// @ts-check
/** Configurations of Home Assistant's own cards. */

import { CATEGORIES } from "./attention.js";
import { ago, escapeMarkdown, isLong, shorten } from "./texts.js";

/** @typedef {import("./fleet.js").Entity} Entity */
/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./texts.js").Texts} Texts */

/** The control that a tile gets, by domain. @type {Record<string, string>} */
const CONTROLS = {
  climate: "target-temperature",
  cover: "cover-open-close",
  light: "light-brightness",
  switch: "toggle",
  valve: "valve-open-close",
};
const INLINE = new Set(["switch"]);

/**
 * @param {string} heading
 * @param {object} [more]
 */
export const heading = (heading, more) => ({
  type: "heading",
  heading: shorten(heading),
  heading_style: "title",
  ...more,
});

/**
 * @param {object[]} cards
 * @param {object} [more]
 */
export const section = (cards, more) => ({ type: "grid", cards, ...more });

/** @param {string} path */
export const navigate = (path) => ({ action: "navigate", navigation_path: path });

/** @param {string} content @param {object} [more] */
export const markdown = (content, more) => ({ type: "markdown", text_only: true, content, ...more });

/**
 * Return the tile of an entity, with the control of its domain.
 *
 * @param {Entity} entity
 * @param {{name?: unknown, wide?: boolean}} [options] `name` is what it is called: by default the device
 */
export function tile(entity, { name = [{ type: "device" }], wide = false } = {}) {
  const control = CONTROLS[entity.domain];
  return {
    type: "tile",
    entity: entity.id,
    name,
    ...(control && {
      features: [{ type: control }],
      features_position: INLINE.has(entity.domain) ? "inline" : "bottom",
    }),
    ...((wide || INLINE.has(entity.domain)) && { grid_options: { columns: 12 } }),
  };
}

/**
 * Return tiles that are called by their devices, all of them wide if a name needs it.
 *
 * @param {{device: Device, entity: Entity, name?: unknown[]}[]} items
 */
export function deviceTiles(items) {
  const wide = items.some(({ device, name }) => isLong(device.name) || (name?.length ?? 1) > 1);
  return items.map(({ entity, name }) => tile(entity, { name, wide }));
}

/**
 * Return tiles under the heading of their device.
 *
 * @param {Entity[]} entities
 */
export const entityTiles = (entities) =>
  entities.map((entity) => tile(entity, { name: [{ type: "entity" }], wide: isLong(entity.name) || hasLongState(entity) }));

/** @param {Entity} entity */
const hasLongState = ({ deviceClass, state }) => deviceClass === "enum" && isLong(state);

/**
 * Return the heading of a device, with its battery and connectivity.
 *
 * @param {Device} device
 * @param {any} hass
 */
export function deviceHeading(device, hass) {
  const badges = [device.battery, device.connectivity].filter((entity) => entity !== undefined);
  return heading(device.name, {
    heading_style: "subtitle",
    badges: badges.map((entity) => ({
      type: "entity",
      entity: entity.id,
      show_state: entity === device.battery,
    })),
    ...(hass.user?.is_admin && { tap_action: navigate(`/config/devices/device/${device.id}`) }),
  });
}

/**
 * Return a line that says how many more there are.
 *
 * @param {number} count
 * @param {Texts} text
 */
export const more = (count, text) =>
  count > 0 ? [markdown(text("more", { count }), { grid_options: { columns: "full" } })] : [];

/**
 * Return a graph of the last day, of a few entities.
 *
 * @param {{device: Device, entity: Entity}[]} pairs
 */
export const dayGraph = (pairs) => ({
  type: "history-graph",
  hours_to_show: 24,
  entities: pairs.map(({ device, entity }) => ({ entity: entity.id, name: shorten(device.name, 30) })),
  grid_options: { columns: "full" },
});

/**
 * Return the tile of something that needs attention.
 *
 * @param {import("./attention.js").Item} item
 * @param {Texts} text
 * @param {any} hass
 * @param {number} now
 * @param {boolean} wide
 */
export function attentionTile(item, text, hass, now, wide) {
  const { icon, color } = CATEGORIES[/** @type {keyof typeof CATEGORIES} */ (item.category)];
  const card = {
    type: "tile",
    entity: item.entityId,
    color,
    grid_options: { columns: wide ? 12 : 6 },
    ...(item.path && { tap_action: navigate(item.path), icon_tap_action: navigate(item.path) }),
  };
  const device = item.device ? shorten(item.device.name) : shorten(item.name ?? "", 120);
  switch (item.category) {
    case "alarm":
      return { ...card, name: [{ type: "device" }], state_content: ["state", "area_name", "last_changed"] };
    case "battery":
      return { ...card, name: [{ type: "device" }] };
    case "offline":
      return { ...card, icon, name: [{ type: "device" }], state_content: ["state", "area_name", "last_changed"] };
    case "silent": {
      const time = ago(hass, item.since ?? 0, now);
      return { ...card, icon, hide_state: true, name: text("silent_item", { name: device, time }) };
    }
    default:
      return { ...card, icon, hide_state: true, name: text(`${item.category}_item`, { name: device }) };
  }
}

/**
 * Return a table in Markdown; the cells show their texts as they are.
 *
 * @param {string[]} titles
 * @param {string[][]} rows
 */
export function table(titles, rows) {
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell) => escapeMarkdown(shorten(cell, 80))).join(" | ")} |`;
  return [line(titles), `|${titles.map(() => ":--").join("|")}|`, ...rows.map(line)].join("\n");
}
