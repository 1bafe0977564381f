// @ts-check
/** What needs attention, the worst first. */

import { IS } from "./kinds.js";

/** @typedef {import("./fleet.js").Fleet} Fleet */
/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./fleet.js").Entity} Entity */
/** @typedef {import("./status.js").Status} Status */

export const LOW_BATTERY = 20; // percent

/**
 * @typedef {object} Item
 * @property {string} category key of `CATEGORIES`
 * @property {string} entityId whose tile represents it
 * @property {Device} [device]
 * @property {string} [name] what its tile is called, default device and entity
 * @property {number} [since] epoch milliseconds
 * @property {string} [path] to go to, default the details of the entity
 * @property {number} rank a lower one comes first within the category
 */

/** The categories, the worst first. */
export const CATEGORIES = Object.freeze({
  alarm: { icon: "mdi:alert", color: "red" },
  not_loaded: { icon: "mdi:cloud-alert", color: "red" },
  offline: { icon: "mdi:lan-disconnect", color: "red" },
  silent: { icon: "mdi:timer-alert-outline", color: "orange" },
  battery: { icon: "mdi:battery-alert-variant-outline", color: "orange" },
  task: { icon: "mdi:clipboard-alert-outline", color: "orange" },
  repair: { icon: "mdi:wrench-outline", color: "orange" },
});

/** @param {string} state of an enumeration, in the words of the platform */
const isAlarmState = (state) => /alarm|^fall$/i.test(state) && !/release|normal|no alarm/i.test(state);

/** @param {Entity} entity */
export const isAlarm = (entity) =>
  IS.alarm(entity) && (entity.domain === "sensor" ? isAlarmState(entity.state) : entity.state === "on");

/** @param {Entity} entity of class battery */
export const isLowBattery = (entity) => entity.value <= LOW_BATTERY;

/**
 * Return the status as far as attention depends on it, as a text to compare.
 *
 * @param {Status} status
 */
export const statusKey = ({ silent, failedTasks, issues }) => JSON.stringify([silent, failedTasks, issues]);

/**
 * Return all that needs attention.
 *
 * @param {Fleet} fleet
 * @param {Status} status
 * @returns {Item[]}
 */
export function findAttention(fleet, status) {
  const silent = new Set(status.silent);
  /** @type {Item[]} */
  const items = [];
  for (const application of fleet.applications) {
    const [entity] = application.entities;
    if (!entity) continue;
    if (!application.loaded) {
      const path = "/config/integrations/integration/milesight";
      items.push({ category: "not_loaded", entityId: entity.id, name: application.name, path, rank: 0 });
    }
  }
  for (const device of fleet.devices) {
    if (device.application?.loaded !== false) items.push(...deviceItems(device, status, silent));
  }
  for (const task of status.failedTasks) {
    const device = fleet.byId.get(task.device_id);
    const entity = device?.connectivity ?? device?.entities[0];
    if (!device || !entity) continue;
    const path = `/config/devices/device/${device.id}`;
    items.push({ category: "task", entityId: entity.id, device, path, since: task.time, rank: -task.time });
  }
  for (const issue of status.issues) {
    const application = fleet.applications.find(({ entryId }) => issue.id.endsWith(entryId)) ?? fleet.applications[0];
    const entity = application?.entities[0];
    if (!entity) continue;
    items.push({ category: "repair", entityId: entity.id, name: issue.title, path: "/config/repairs", rank: 0 });
  }
  const order = Object.keys(CATEGORIES);
  return items.sort(
    (a, b) => order.indexOf(a.category) - order.indexOf(b.category) || a.rank - b.rank,
  );
}

/**
 * @param {Device} device
 * @param {Status} status
 * @param {Set<string>} silent IDs of devices
 * @returns {Item[]}
 */
function deviceItems(device, status, silent) {
  /** @type {Item[]} */
  const items = [];
  const first = device.connectivity ?? device.entities[0];
  const last = status.lastReports[device.id] ?? 0;
  if (!device.online && first) {
    items.push({ category: "offline", entityId: first.id, device, since: last, rank: -last });
  } else if (silent.has(device.id) && first) {
    items.push({ category: "silent", entityId: first.id, device, since: last, rank: last });
  }
  for (const entity of device.entities) {
    if (isAlarm(entity)) {
      const rank = IS.leak(entity) || IS.safety(entity) ? 0 : 1;
      items.push({ category: "alarm", entityId: entity.id, device, rank });
    }
  }
  if (device.battery && isLowBattery(device.battery)) {
    items.push({ category: "battery", entityId: device.battery.id, device, rank: device.battery.value });
  }
  return items;
}

/**
 * Return the state of an entity as far as attention depends on it.
 *
 * @param {any} state
 * @returns {unknown}
 */
function relevance(state) {
  if (!state) return undefined;
  const { device_class: deviceClass, restored } = state.attributes;
  if (restored) return "restored";
  if (deviceClass === "connectivity") return state.state;
  if (deviceClass === "battery") return Number(state.state) <= LOW_BATTERY;
  if (deviceClass === "enum") return isAlarmState(state.state);
  return state.state === "on";
}

const RELEVANT = /^(binary_sensor|sensor)\./;

/**
 * Return if attention changed between two states of Home Assistant. Called at each change of a
 * state, so that it looks at changed states only.
 *
 * @param {any} before
 * @param {any} after
 */
export function attentionChanged(before, after) {
  if (before.states === after.states) return false;
  for (const id of watched(after)) {
    const old = before.states[id];
    const state = after.states[id];
    if (old !== state && relevance(old) !== relevance(state)) return true;
  }
  return false;
}

/** @type {{entities: unknown, ids: string[]}} */
let cache = { entities: undefined, ids: [] };

/**
 * Return the IDs of entities that attention may depend on.
 *
 * @param {any} hass
 * @returns {string[]}
 */
function watched(hass) {
  if (cache.entities !== hass.entities) {
    const ids = Object.keys(hass.entities).filter((id) => {
      const entry = hass.entities[id];
      return entry.platform === "milesight" && !entry.hidden && RELEVANT.test(id);
    });
    cache = { entities: hass.entities, ids };
  }
  return cache.ids;
}

/**
 * Return how much a device needs attention; a higher one comes first.
 *
 * @param {Device} device
 */
export const attentionRank = (device) =>
  (device.entities.some(isAlarm) ? 4 : 0) +
  (device.online ? 0 : 2) +
  (device.battery && isLowBattery(device.battery) ? 1 : 0);

/**
 * Return all devices if they fit, else those that need attention first.
 *
 * @param {Device[]} devices
 * @param {number} limit
 */
export const worstFirst = (devices, limit) =>
  devices.length <= limit
    ? devices
    : [...devices].sort((a, b) => attentionRank(b) - attentionRank(a)).slice(0, limit);
