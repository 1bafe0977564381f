// @ts-check
/** The Applications: requests and pushes over a week, firmware, last reports, links; and the map. */

import { escapeMarkdown, shorten } from "./texts.js";
import { entityTiles, heading, markdown, section, table } from "./cards.js";
import { allOf } from "./kinds.js";

/** @typedef {import("./fleet.js").Device} Device */
/** @typedef {import("./fleet.js").Application} Application */
/** @typedef {import("./milesight.js").Context} Context */

const MAX_REPORTS = 10;
const MAX_FIRMWARES = 30;
const MAX_POSITIONS = 500;
const SIZE = { columns: 6, rows: 3 }; // of a counter
const MAX_TRACKS = 20; // more positions are shown without the way of the last day

/**
 * Return the view of all Applications.
 *
 * @param {Context} context
 */
export function applicationView(context) {
  return {
    type: "sections",
    max_columns: 4,
    sections: context.fleet.applications.flatMap((application) => applicationSections(application, context)),
  };
}

/**
 * @param {Application} application
 * @param {Context} context
 */
function applicationSections(application, { hass, fleet, status, text }) {
  const devices = fleet.devices.filter((device) => device.application === application);
  const limit = status.applications[application.entryId]?.request_limit;
  const sensor = (/** @type {string} */ key) => application.entities.find((entity) => entity.key === key);
  const [requests, pushes] = [sensor("requests_24h"), sensor("pushes_24h")];
  const counters = [requests, pushes].filter((entity) => entity !== undefined);
  const others = application.entities.filter((entity) => !counters.includes(entity));
  return [
    section(
      [heading(application.name, { icon: "mdi:cloud-outline" }), links(application, hass, text)],
      { column_span: 4 },
    ),
    section([
      heading(text("traffic"), { heading_style: "subtitle", icon: "mdi:swap-vertical" }),
      ...(requests ? [gauge(requests.id, text("requests"), limit)] : []),
      ...(pushes ? [gauge(pushes.id, text("pushes"))] : []),
      ...entityTiles(others),
      ...(counters.length ? [heading(text("week"), { heading_style: "subtitle", icon: "mdi:chart-line" }), weekGraph(counters)] : []),
    ]),
    section([
      heading(text("last_reports"), { heading_style: "subtitle", icon: "mdi:clock-outline" }),
      markdown(reports(devices, status, hass, text), { grid_options: { columns: "full" } }),
    ]),
    section([
      heading(text("firmware"), { heading_style: "subtitle", icon: "mdi:chip" }),
      markdown(firmware(devices, text), { grid_options: { columns: "full" } }),
    ]),
  ];
}

/**
 * @param {Application} application
 * @param {any} hass
 * @param {import("./texts.js").Texts} text
 */
function links({ url, entryId }, hass, text) {
  const own = [
    [text("link_devices"), `/config/devices/dashboard?historyBack=1&config_entry=${entryId}`],
    [text("link_integration"), "/config/integrations/integration/milesight"],
    [text("link_repairs"), "/config/repairs"],
  ];
  const all = [...(/^https?:\/\//.test(url) ? [[text("link_console"), url]] : []), ...(hass.user?.is_admin ? own : [])];
  const content = all.map(([label, target]) => `[${escapeMarkdown(label)}](${encodeURI(target)})`);
  return markdown(content.join(" · "), { grid_options: { columns: "full" } });
}

/**
 * @param {string} entity
 * @param {string} name
 * @param {number} [limit]
 */
const gauge = (entity, name, limit) =>
  limit
    ? {
        type: "gauge",
        entity,
        name,
        min: 0,
        max: limit,
        needle: true,
        severity: { green: 0, yellow: limit * 0.7, red: limit * 0.9 },
        grid_options: SIZE,
      }
    : { type: "tile", entity, name, features: [{ type: "trend-graph", hours_to_show: 24 }], grid_options: SIZE };

/** @param {import("./fleet.js").Entity[]} counters */
const weekGraph = (counters) => ({
  type: "statistics-graph",
  chart_type: "line",
  period: "hour",
  days_to_show: 7,
  stat_types: ["max"],
  entities: counters.map(({ id }) => ({ entity: id, name: [{ type: "entity" }] })),
  grid_options: { columns: "full" },
});

/**
 * @param {Device[]} devices
 * @param {import("./status.js").Status} status
 * @param {any} hass
 * @param {import("./texts.js").Texts} text
 */
function reports(devices, status, hass, text) {
  const format = new Intl.DateTimeFormat(hass.locale?.language, { dateStyle: "short", timeStyle: "short" });
  const last = (/** @type {Device} */ device) => status.lastReports[device.id] ?? 0;
  const rows = [...devices]
    .sort((a, b) => last(a) - last(b))
    .slice(0, MAX_REPORTS)
    .map((device) => [device.name, last(device) ? format.format(last(device)) : text("never")]);
  return table([text("device"), text("last_report")], rows);
}

/**
 * @param {Device[]} devices
 * @param {import("./texts.js").Texts} text
 */
function firmware(devices, text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { model, firmware: version } of devices) {
    const key = JSON.stringify([model, version]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = [...counts].sort().slice(0, MAX_FIRMWARES).map(([key, count]) => [...JSON.parse(key), String(count)]);
  return table([text("model"), text("firmware"), text("devices")], rows);
}

/**
 * Return the map of the devices that have a position.
 *
 * @param {Context} context
 */
export function mapView({ fleet }) {
  const positions = allOf(fleet.devices, "tracker").slice(0, MAX_POSITIONS);
  const card = {
    type: "map",
    entities: positions.map(({ device, entity }) => ({ entity: entity.id, name: shorten(device.name), label_mode: "icon" })),
    hours_to_show: positions.length <= MAX_TRACKS ? 24 : 0,
    auto_fit: true,
  };
  return { type: "panel", cards: [card] };
}
