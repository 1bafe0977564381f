// @ts-check
/** The devices by what they are for. */

import { worstFirst } from "./attention.js";
import { dayGraph, deviceHeading, deviceTiles, entityTiles, heading, more, section } from "./cards.js";
import { groupBy } from "./fleet.js";
import { KIND_ICONS, KIND_ORDER, firstOfEach, kindOf, mainEntities } from "./kinds.js";

/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./kinds.js").Kind} Kind */

const MAX_DETAILED = 40; // devices that have a section of their own
const MAX_TILES = 12; // of a kind, where they have not
const TILES = 6; // of a device with a section of its own
const MAX_CURVES = 6;

/** What is drawn over a day, by kind. @type {Record<string, string>} */
const CURVES = { air: "carbonDioxide", climate: "temperature", soil: "soilMoisture", energy: "power" };

/**
 * Return the view.
 *
 * @param {import("./milesight.js").Context} context
 */
export function kindsView({ hass, fleet, gateways, text }) {
  const kinds = new Map(fleet.devices.map((device) => [device, kindOf(device, gateways)]));
  const groups = groupBy(fleet.devices, (device) => kinds.get(device)?.key ?? "other");
  const detailed = fleet.devices.length <= MAX_DETAILED;
  const sections = KIND_ORDER.filter((key) => groups.has(key)).flatMap((key) => {
    const devices = groups.get(key) ?? [];
    const title = heading(text(`kind_${key}`), { icon: KIND_ICONS[key] });
    if (key === "gateways") return gatewaySections(title, devices, fleet.devices, text, hass);
    if (!detailed) return [section([title, ...compact(devices, kinds, text)])];
    return [
      section([title], { column_span: 4 }),
      ...graph(key, devices),
      ...devices.map((device) => deviceSection(device, kinds.get(device), hass)),
    ];
  });
  return { type: "sections", max_columns: 4, sections };
}

/**
 * @param {string} key of a kind
 * @param {Device[]} devices
 */
function graph(key, devices) {
  const need = CURVES[key];
  const pairs = need ? firstOfEach(devices, need).slice(0, MAX_CURVES) : [];
  return pairs.length > 1 ? [section([dayGraph(pairs)])] : [];
}

/**
 * @param {Device} device
 * @param {Kind | undefined} kind
 * @param {any} hass
 */
function deviceSection(device, kind, hass) {
  const entities = kind ? mainEntities(device, kind, TILES, true) : [];
  return section([
    deviceHeading(device, hass),
    ...entityTiles(entities),
  ]);
}

/**
 * @param {Device[]} devices
 * @param {Map<Device, Kind>} kinds
 * @param {import("./texts.js").Texts} text
 */
function compact(devices, kinds, text) {
  const shown = worstFirst(devices, MAX_TILES);
  const pairs = shown.flatMap((device) => {
    const kind = kinds.get(device);
    return kind ? mainEntities(device, kind, 1).map((entity) => ({ device, entity })) : [];
  });
  return [...deviceTiles(pairs), ...more(devices.length - shown.length, text)];
}

/**
 * @param {object} title
 * @param {Device[]} gateways
 * @param {Device[]} devices
 * @param {import("./texts.js").Texts} text
 * @param {any} hass
 */
function gatewaySections(title, gateways, devices, text, hass) {
  /** @type {Map<string | null, Device[]>} */
  const behind = groupBy(devices, ({ gatewayId }) => gatewayId);
  const shown = worstFirst(gateways, MAX_TILES);
  const limit = Math.max(2, Math.floor(MAX_TILES * 2 / shown.length));
  return [
    section([title, ...more(gateways.length - shown.length, text)], { column_span: 4 }),
    ...shown.map((gateway) => {
      const own = behind.get(gateway.id) ?? [];
      const listed = worstFirst(own, limit);
      const pairs = (listed.length ? listed : [gateway]).flatMap((device) =>
        device.connectivity ? [{ device, entity: device.connectivity }] : [],
      );
      return section([
        deviceHeading(gateway, hass),
        ...deviceTiles(pairs),
        ...more(own.length - listed.length, text),
      ]);
    }),
  ];
}
