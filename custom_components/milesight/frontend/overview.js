// @ts-check
/** The overview: what needs attention, then what the fleet measures, at a glance. */

import { CATEGORIES, findAttention, isAlarm } from "./attention.js";
import { attentionTile, dayGraph, deviceTiles, heading, markdown, more, navigate, section } from "./cards.js";
import { groupBy } from "./fleet.js";
import { IS, KIND_ICONS, allOf, firstOfEach } from "./kinds.js";

/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./fleet.js").Entity} Entity */
/** @typedef {{device: Device, entity: Entity}} Pair */

const MAX_ITEMS = 12; // that need attention
const MAX_TILES = 6; // of a section
const MAX_CURVES = 6; // of a graph

/** @param {number} value */
const orLowest = (value) => (Number.isNaN(value) ? -Infinity : value);
/** @type {(a: Pair, b: Pair) => number} */
const highestFirst = (a, b) => orLowest(b.entity.value) - orLowest(a.entity.value);
/** @type {(a: Pair, b: Pair) => number} */
const onFirst = (a, b) => Number(isOn(b.entity)) - Number(isOn(a.entity));
/** Rooms that are controlled or watched before a freezer. @type {(a: Pair, b: Pair) => number} */
const roomsFirst = (a, b) => Number(isRoom(b.device)) - Number(isRoom(a.device));
/** @param {Device} device */
const isRoom = ({ entities }) => entities.some((entity) => IS.thermostat(entity) || IS.air(entity));
/** @param {Entity} entity */
const isOn = (entity) => entity.state === "on" || entity.state === "open" || isAlarm(entity);

/**
 * What is shown at a glance. `tiles` and `graph` name what is shown, keys of `IS`; where there is
 * more than fits, `worst` decides what comes first.
 */
const GLANCES = [
  { key: "climate", tiles: ["thermostat"], graph: "temperature", each: true, worst: roomsFirst },
  { key: "air", tiles: ["carbonDioxide"], graph: "carbonDioxide", each: true, worst: highestFirst },
  { key: "energy", tiles: ["power"], bars: "energy", each: true, worst: highestFirst },
  { key: "people", tiles: ["people", "presence"], each: true, worst: highestFirst },
  { key: "doors", tiles: ["door", "safety"], worst: onFirst },
  { key: "water", icon: "mdi:water", tiles: ["leak", "valve", "water"], worst: onFirst },
];

/**
 * @param {any} glance
 * @param {Device[]} devices
 * @param {import("./texts.js").Texts} text
 */
function glanceSection(glance, devices, text) {
  const find = glance.each ? firstOfEach : allOf;
  /** @type {Pair[]} */
  let pairs = glance.tiles.flatMap((/** @type {string} */ need) => find(devices, need));
  if (glance.each) {
    const seen = new Set();
    pairs = pairs.filter(({ device }) => !seen.has(device.id) && seen.add(device.id));
  }
  const curves = glance.graph ? pick(firstOfEach(devices, glance.graph), glance.worst, MAX_CURVES) : [];
  if (!pairs.length && curves.length) pairs = firstOfEach(devices, glance.graph);
  if (!pairs.length) return undefined;
  const shown = pick(pairs, glance.worst, MAX_TILES);
  const bars = glance.bars ? firstOfEach(devices, glance.bars).slice(0, MAX_CURVES) : [];
  return section([
    heading(text(`kind_${glance.key}`), {
      icon: glance.icon ?? KIND_ICONS[glance.key],
      tap_action: navigate("kinds"),
    }),
    ...(curves.length ? [dayGraph(curves)] : []),
    ...(bars.length ? [energyGraph(bars)] : []),
    ...deviceTiles(shown.map((pair) => ({ ...pair, name: nameOf(pairs, pair.entity) }))),
    ...more(pairs.length - shown.length, text),
  ]);
}

/**
 * Return how the tile of an entity is called: by its device, and itself where there are several.
 *
 * @param {Pair[]} pairs
 * @param {Entity} entity
 */
function nameOf(pairs, entity) {
  const own = pairs.find((pair) => pair.entity === entity);
  const several = pairs.some((pair) => pair.device === own?.device && pair.entity !== entity);
  return several ? [{ type: "device" }, { type: "entity" }] : [{ type: "device" }];
}

/**
 * Return all if they are few, else those that come first.
 *
 * @param {Pair[]} pairs
 * @param {(a: Pair, b: Pair) => number} worst
 * @param {number} limit
 */
const pick = (pairs, worst, limit) =>
  pairs.length <= limit ? pairs : [...pairs].sort(worst).slice(0, limit);

/** @param {Pair[]} pairs */
const energyGraph = (pairs) => ({
  type: "statistics-graph",
  chart_type: "bar",
  period: "hour",
  days_to_show: 1,
  stat_types: ["change"],
  entities: pairs.map(({ device, entity }) => ({ entity: entity.id, name: device.name })),
  grid_options: { columns: "full" },
});

/**
 * Return the view.
 *
 * @param {import("./milesight.js").Context} context
 */
export function overviewView({ hass, fleet, status, gateways, text, now }) {
  const items = findAttention(fleet, status);
  const shown = items.slice(0, MAX_ITEMS);
  const online = fleet.devices.filter((device) => device.online && device.application?.loaded !== false);
  const summary = text("summary", { online: online.length, total: fleet.devices.length });
  const state = items.length ? "" : ` ${text("all_well")}`;
  const attention = section(
    [
      heading(text("attention"), { icon: "mdi:alert-circle-outline" }),
      ...shown.map((item) => attentionTile(item, text, hass, now, shown.length <= 4)),
      ...more(items.length - shown.length, text),
    ],
    { column_span: shown.length > 4 ? 2 : 1 },
  );
  const devices = fleet.devices.filter(({ id }) => !gateways.has(id));
  const glances = GLANCES.map((glance) => glanceSection(glance, devices, text));
  return {
    type: "sections",
    max_columns: 4,
    header: { layout: "responsive", card: markdown(`## Milesight\n${summary}${state}`) },
    badges: [...groupBy(items, ({ category }) => category)].map(([category, group]) => badge(category, group, text)),
    sections: [...(shown.length ? [attention] : []), ...glances.filter((glance) => glance !== undefined)],
  };
}


/**
 * @param {string} category
 * @param {import("./attention.js").Item[]} items
 * @param {import("./texts.js").Texts} text
 */
function badge(category, items, text) {
  const { icon, color } = CATEGORIES[/** @type {keyof typeof CATEGORIES} */ (category)];
  const [first] = items;
  return {
    type: "entity",
    entity: first.entityId,
    name: text(`${category}_count`, { count: items.length }),
    show_name: true,
    show_state: false,
    icon,
    color,
    ...(items.length === 1 && first.path && { tap_action: navigate(first.path) }),
  };
}
