// @ts-check
/** The devices by area, model or gateway: what one looks at and what one controls. */

import { worstFirst } from "./attention.js";
import { deviceHeading, deviceTiles, entityTiles, heading, more, section } from "./cards.js";
import { groupBy } from "./fleet.js";
import { kindOf, mainEntities } from "./kinds.js";

/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {{title: string, icon?: string, path?: string, badges?: object[], devices: Device[]}} Group */
/** @typedef {{title: string, icon?: string, groups: Group[]}} Floor */

const MAX_TILES = 120; // of a view
const MAX_GROUPS = 60; // of a view
const MAX_TOGETHER = 2; // devices with several tiles in one section
const TILES = 4; // of a device

/**
 * @param {import("./milesight.js").Context} context
 * @returns {Floor[]}
 */
function groupByArea({ hass, fleet, text }) {
  /** @type {Map<string | null, Device[]>} */
  const byArea = groupBy(fleet.devices, ({ areaId }) => areaId);
  const areas = [...byArea.keys()].filter((id) => id !== null).map((id) => hass.areas[id]);
  /** @type {Map<string | null, any[]>} */
  const byFloor = groupBy(areas, ({ floor_id: id }) => (id && hass.floors[id] ? id : null));
  const order = new Intl.Collator(hass.locale?.language, { numeric: true });
  const floors = [...byFloor.keys()]
    .filter((id) => id !== null)
    .map((id) => hass.floors[id])
    .sort((a, b) => (a.level ?? 0) - (b.level ?? 0) || order.compare(a.name, b.name));
  const groups = (/** @type {string | null} */ floor) =>
    (byFloor.get(floor) ?? [])
      .sort((a, b) => order.compare(a.name, b.name))
      .map((area) => areaGroup(area, byArea.get(area.area_id) ?? []));
  const rest = byArea.get(null) ?? [];
  return [
    ...floors.map((floor) => ({
      title: floor.name,
      icon: floor.icon ?? "mdi:home-floor-0",
      groups: groups(floor.floor_id),
    })),
    { title: floors.length ? text("other_areas") : "", groups: groups(null) },
    {
      title: "",
      groups: rest.length ? [{ title: text("no_area"), icon: "mdi:map-marker-question-outline", devices: rest }] : [],
    },
  ];
}

/**
 * @param {any} area
 * @param {Device[]} devices
 * @returns {Group}
 */
function areaGroup(area, devices) {
  const measured = [area.temperature_entity_id, area.humidity_entity_id].filter(Boolean);
  return {
    title: area.name,
    icon: area.icon ?? "mdi:texture-box",
    badges: measured.map((entity) => ({ type: "entity", entity })),
    devices,
  };
}

/**
 * @param {import("./milesight.js").Context} context
 * @returns {Floor[]} one without a title
 */
function groupByModel({ fleet, text }) {
  /** @type {Map<string, Device[]>} */
  const byModel = groupBy(fleet.devices, ({ model }) => model);
  const models = [...byModel.keys()].sort();
  const groups = models.map((model) => ({
    title: model || text("kind_other"),
    icon: "mdi:chip",
    devices: byModel.get(model) ?? [],
  }));
  return [{ title: "", groups }];
}

/**
 * @param {import("./milesight.js").Context} context
 * @returns {Floor[]} one without a title
 */
function groupByGateway({ fleet, gateways, text }) {
  /** @type {Map<string, Device[]>} */
  const byGateway = groupBy(fleet.devices, ({ id, gatewayId }) =>
    gateways.has(id) ? id : gatewayId && fleet.byId.has(gatewayId) ? gatewayId : "",
  );
  const groups = [...byGateway].map(([id, devices]) => ({
    title: fleet.byId.get(id)?.name ?? text("no_gateway"),
    icon: id ? "mdi:router-wireless" : "mdi:help-network-outline",
    devices,
  }));
  return [{ title: "", groups: groups.sort((a, b) => Number(!a.title) - Number(!b.title)) }];
}

const GROUPINGS = { area: groupByArea, gateway: groupByGateway, model: groupByModel };

/**
 * Return the view.
 *
 * @param {import("./milesight.js").Context} context
 */
export function placesView(context) {
  const { config } = context;
  const group = GROUPINGS[/** @type {keyof typeof GROUPINGS} */ (config.group_by)] ?? groupByArea;
  const floors = group(context).filter(({ groups }) => groups.length);
  const count = floors.reduce((sum, { groups }) => sum + Math.min(groups.length, MAX_GROUPS), 0);
  const limit = Math.max(1, Math.floor(MAX_TILES / Math.max(1, count)));
  let left = MAX_GROUPS;
  /** @type {object[]} */
  const sections = [];
  for (const { title, icon, groups } of floors) {
    const shown = groups.slice(0, left);
    left -= shown.length;
    if (title && shown.length) {
      sections.push(section([heading(title, { icon })], { column_span: 4 }));
    }
    for (const item of shown) sections.push(...groupSections(item, context, limit));
    sections.push(...more(groups.length - shown.length, context.text).map((card) => section([card])));
  }
  return { type: "sections", max_columns: 4, sections };
}

/**
 * Return the sections of a group: one, or one for each device where there is room for them.
 *
 * @param {Group} group
 * @param {import("./milesight.js").Context} context
 * @param {number} limit of tiles
 */
function groupSections({ title, icon, badges, devices }, { text, hass, fleet, gateways }, limit) {
  const perDevice = fleet.devices.length * TILES <= MAX_TILES ? TILES : 1;
  const shown = worstFirst(devices, perDevice === 1 ? limit : devices.length);
  const lists = shown.map((device) => ({
    device,
    entities: mainEntities(device, kindOf(device, gateways), perDevice),
  }));
  const header = heading(title, { icon, badges });
  const single = deviceTiles(
    lists.filter(({ entities }) => entities.length === 1).map(({ device, entities: [entity] }) => ({ device, entity })),
  );
  const several = lists
    .filter(({ entities }) => entities.length > 1)
    .map(({ device, entities }) => [
      deviceHeading(device, hass),
      ...entityTiles(entities),
    ]);
  const rest = more(devices.length - shown.length, text);
  if (several.length <= MAX_TOGETHER) return [section([header, ...single, ...several.flat(), ...rest])];
  return [
    section([header], { column_span: 4 }),
    ...(single.length ? [section(single)] : []),
    ...several.map((cards) => section(cards)),
    ...(rest.length ? [section(rest)] : []),
  ];
}
