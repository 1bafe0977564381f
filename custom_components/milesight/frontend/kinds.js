// @ts-check
/** What a device is for, from the entities that it has; never from its model. */

/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./fleet.js").Entity} Entity */

const AIR = new Set([
  "aqi",
  "carbon_dioxide",
  "carbon_monoxide",
  "nitrogen_dioxide",
  "nitrous_oxide",
  "ozone",
  "pm1",
  "pm10",
  "pm25",
  "sulphur_dioxide",
  "volatile_organic_compounds",
  "volatile_organic_compounds_parts",
]);
const AIR_KEYS = new Set(["formaldehyde", "tvoc", "hydrogen_sulphide", "ammonia"]);
const DOORS = new Set(["door", "garage_door", "opening", "window"]);
const LEAKS = new Set(["moisture"]);
const SAFETY = new Set(["carbon_monoxide", "gas", "smoke"]);
const ALARMS = new Set(["carbon_monoxide", "cold", "gas", "heat", "moisture", "problem", "safety", "smoke", "tamper"]);
const PRESENCE = new Set(["motion", "occupancy", "presence"]);
const ENERGY = new Set(["apparent_power", "energy", "power"]);
const PEOPLE_KEY = /^(people|region_count|line_total|line_period|period_in|period_out|total_in|total_out)/;

/** @param {Entity} entity */
const isSensor = (entity) => entity.domain === "sensor" && !entity.category;
/** @param {Entity} entity */
const isBinary = (entity) => entity.domain === "binary_sensor" && !entity.category;

/** @type {Record<string, (entity: Entity) => boolean>} */
export const IS = {
  air: (entity) => isSensor(entity) && (AIR.has(entity.deviceClass) || AIR_KEYS.has(entity.key)),
  carbonDioxide: (entity) => isSensor(entity) && entity.deviceClass === "carbon_dioxide",
  thermostat: (entity) => entity.domain === "climate",
  temperature: (entity) => isSensor(entity) && entity.deviceClass === "temperature",
  humidity: (entity) => isSensor(entity) && entity.deviceClass === "humidity",
  door: (entity) => isBinary(entity) && DOORS.has(entity.deviceClass) && !/^valve/.test(entity.key),
  leak: (entity) => isBinary(entity) && LEAKS.has(entity.deviceClass),
  safety: (entity) => isBinary(entity) && SAFETY.has(entity.deviceClass),
  alarm: (entity) =>
    (isBinary(entity) && ALARMS.has(entity.deviceClass)) ||
    (isSensor(entity) && entity.deviceClass === "enum"),
  presence: (entity) => isBinary(entity) && PRESENCE.has(entity.deviceClass),
  people: (entity) => isSensor(entity) && PEOPLE_KEY.test(entity.key),
  soilMoisture: (entity) => isSensor(entity) && entity.deviceClass === "moisture",
  soil: (entity) => IS.soilMoisture(entity) || (isSensor(entity) && entity.deviceClass === "conductivity"),
  valve: (entity) => entity.domain === "valve",
  water: (entity) => isSensor(entity) && entity.deviceClass === "water",
  socket: (entity) => (entity.domain === "switch" || entity.domain === "light") && !entity.category,
  power: (entity) => isSensor(entity) && entity.deviceClass === "power",
  energy: (entity) => isSensor(entity) && entity.deviceClass === "energy",
  metered: (entity) => isSensor(entity) && ENERGY.has(entity.deviceClass),
  button: (entity) => entity.domain === "event" && entity.deviceClass === "button",
  connectivity: (entity) => entity.domain === "binary_sensor" && entity.deviceClass === "connectivity",
  tracker: (entity) => entity.domain === "device_tracker",
};

/**
 * A kind of device: the first that matches is that of a device. `main` are its entities to show,
 * the most important first.
 *
 * @typedef {object} Kind
 * @property {string} key
 * @property {string} icon
 * @property {string[]} needs one of these, keys of `IS`
 * @property {string[]} main
 */

/** @type {Kind[]} */
export const KINDS = [
  {
    key: "air",
    icon: "mdi:air-filter",
    needs: ["air"],
    main: ["carbonDioxide", "temperature", "humidity", "air", "presence"],
  },
  {
    key: "soil",
    icon: "mdi:sprout",
    needs: ["soil", "valve"],
    main: ["valve", "soilMoisture", "soil", "temperature", "water"],
  },
  {
    key: "climate",
    icon: "mdi:home-thermometer",
    needs: ["thermostat"],
    main: ["thermostat", "temperature", "humidity", "door"],
  },
  {
    key: "people",
    icon: "mdi:account-group",
    needs: ["people"],
    main: ["people", "presence", "temperature"],
  },
  {
    key: "doors",
    icon: "mdi:door",
    needs: ["door", "leak", "safety"],
    main: ["leak", "safety", "door", "temperature", "humidity"],
  },
  { key: "people", icon: "mdi:account-group", needs: ["presence"], main: ["presence"] },
  {
    key: "energy",
    icon: "mdi:power-socket-eu",
    needs: ["socket", "metered"],
    main: ["socket", "power", "energy", "metered"],
  },
  {
    key: "climate",
    icon: "mdi:home-thermometer",
    needs: ["temperature", "humidity"],
    main: ["temperature", "humidity", "tracker"],
  },
  { key: "buttons", icon: "mdi:gesture-tap-button", needs: ["button"], main: ["button"] },
];
/** @type {Kind} */
const GATEWAY = { key: "gateways", icon: "mdi:router-wireless", needs: [], main: ["connectivity"] };
/** @type {Kind} */
const OTHER = { key: "other", icon: "mdi:devices", needs: [], main: ["tracker", "temperature"] };

/** The order of kinds on the dashboard. */
export const KIND_ORDER = ["air", "climate", "energy", "doors", "people", "soil", "buttons", "gateways", "other"];

/** @type {Record<string, string>} */
export const KIND_ICONS = Object.fromEntries(
  [...KINDS, GATEWAY, OTHER].map(({ key, icon }) => [key, icon]),
);

/**
 * @param {Device} device
 * @param {Set<string>} gateways their IDs
 * @returns {Kind}
 */
export function kindOf(device, gateways) {
  if (gateways.has(device.id)) return GATEWAY;
  return (
    KINDS.find(({ needs }) => device.entities.some((entity) => needs.some((need) => IS[need](entity)))) ??
    OTHER
  );
}

/**
 * Return the IDs of gateways: what the platform calls so, and what other devices are linked to.
 *
 * @param {Device[]} devices
 * @param {string[]} listed
 * @returns {Set<string>}
 */
export function gatewayIds(devices, listed) {
  const ids = new Set(listed);
  for (const { gatewayId } of devices) if (gatewayId) ids.add(gatewayId);
  return ids;
}

const MOMENTARY = new Set(["button", "event"]);
/** What one controls comes first. */
const CONTROLS = ["thermostat", "valve", "socket"];

/**
 * Return the entities of a device that are worth showing, the most important first. Others than
 * the main ones follow where `rest` is true, or where there are none.
 *
 * @param {Device} device
 * @param {Kind} kind
 * @param {number} limit
 * @param {boolean} [rest]
 * @returns {Entity[]}
 */
export function mainEntities(device, kind, limit, rest = false) {
  const shown = new Set();
  for (const need of [...CONTROLS, ...kind.main]) {
    for (const entity of device.entities) if (IS[need](entity)) shown.add(entity);
    if (shown.size >= limit) break;
  }
  if (rest ? shown.size < limit : !shown.size) {
    for (const entity of device.entities) {
      if (!entity.category && !MOMENTARY.has(entity.domain)) shown.add(entity);
    }
  }
  if (!shown.size) for (const entity of device.entities) if (!entity.category) shown.add(entity);
  if (!shown.size && device.connectivity) shown.add(device.connectivity);
  return [...shown].slice(0, limit);
}

/**
 * Return the first entity of each device that fits, with the device.
 *
 * @param {Device[]} devices
 * @param {string} need key of `IS`
 * @returns {{device: Device, entity: Entity}[]}
 */
export function firstOfEach(devices, need) {
  const pairs = [];
  for (const device of devices) {
    const entity = device.entities.find(IS[need]);
    if (entity) pairs.push({ device, entity });
  }
  return pairs;
}

/**
 * Return all entities that fit, with their devices.
 *
 * @param {Device[]} devices
 * @param {string} need key of `IS`
 * @returns {{device: Device, entity: Entity}[]}
 */
export function allOf(devices, need) {
  const pairs = [];
  for (const device of devices) {
    for (const entity of device.entities) if (IS[need](entity)) pairs.push({ device, entity });
  }
  return pairs;
}
