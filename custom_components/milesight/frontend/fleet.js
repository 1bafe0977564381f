// @ts-check
/** Read the devices and entities of the integration from Home Assistant's registries. */

const DOMAIN = "milesight";
const BY_NUMBER = new Intl.Collator("en", { numeric: true }); // region 2 before region 10
const UNKNOWN = new Set(["unavailable", "unknown"]);

/**
 * @typedef {object} Entity
 * @property {string} id entity ID
 * @property {string} domain
 * @property {string} name without that of its device; that of its device if it has no own
 * @property {string} key translation key, or ""
 * @property {string} deviceClass or ""
 * @property {string | undefined} category "config", "diagnostic" or undefined
 * @property {string} state
 * @property {number} value the state as a number, or NaN
 * @property {string} unit
 */

/**
 * @typedef {object} Device
 * @property {string} id
 * @property {string} name
 * @property {string} model
 * @property {string} firmware
 * @property {string | null} areaId
 * @property {string | null} gatewayId
 * @property {Application | undefined} application
 * @property {Entity[]} entities
 * @property {Entity | undefined} connectivity
 * @property {Entity | undefined} battery
 * @property {boolean} online
 */

/**
 * @typedef {object} Application
 * @property {string} id of its device
 * @property {string} entryId
 * @property {string} name
 * @property {string} url of the console
 * @property {boolean} loaded
 * @property {Entity[]} entities
 */

/**
 * @typedef {object} Fleet
 * @property {Application[]} applications
 * @property {Device[]} devices sorted by name
 * @property {Map<string, Device>} byId
 */

/**
 * Group items by a key, in their order.
 *
 * @template K, V
 * @param {Iterable<V>} items
 * @param {(item: V) => K} keyOf
 * @returns {Map<K, V[]>}
 */
export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/**
 * Return the entities of the integration that are neither disabled nor hidden, by device.
 *
 * @param {any} hass
 * @returns {Map<string, any[]>}
 */
function registryEntries(hass) {
  const entries = [];
  for (const id in hass.entities) {
    const entry = hass.entities[id];
    if (entry.platform === DOMAIN && !entry.hidden && entry.device_id) entries.push(entry);
  }
  return groupBy(entries, (entry) => entry.device_id);
}

/**
 * @param {any} entry of the entity registry
 * @param {any} state
 * @param {string} device its name
 * @returns {Entity}
 */
function readEntity(entry, state, device) {
  const attributes = state?.attributes ?? {};
  const text = state?.state ?? "unavailable";
  return {
    id: entry.entity_id,
    domain: entry.entity_id.split(".", 1)[0],
    name: entry.name || device,
    key: entry.translation_key ?? "",
    deviceClass: attributes.device_class ?? "",
    category: entry.entity_category,
    state: text,
    value: text === "" ? NaN : Number(text),
    unit: attributes.unit_of_measurement ?? "",
  };
}

/** @param {any} device */
export const deviceName = (device) => String(device.name_by_user || device.name || device.model || device.id);

/** @param {any} device */
const entryId = (device) =>
  device.config_entry_id ?? device.primary_config_entry ?? device.config_entries?.[0] ?? "";

/** @param {any} device */
const isOurs = (device) => device.identifiers?.some((/** @type {string[]} */ pair) => pair[0] === DOMAIN);

/** @param {Entity} entity */
export const isKnown = (entity) => !UNKNOWN.has(entity.state);

/**
 * Return if a state was restored from the registry, because the Application is not loaded.
 *
 * @param {any} hass
 * @param {any[]} entries
 */
function isLoaded(hass, entries) {
  return (
    !entries.length ||
    entries.some(({ entity_id: id }) => hass.states[id] && !hass.states[id].attributes.restored)
  );
}

/** @type {{hass: unknown, key: string, fleet: Fleet | undefined}} */
let latest = { hass: undefined, key: "", fleet: undefined };

/**
 * Return all devices, or those of some Applications. They are read once for all views.
 *
 * @param {any} hass
 * @param {string[]} [applications] config entry IDs, default all
 * @returns {Fleet}
 */
export function getFleet(hass, applications = []) {
  const key = applications.join();
  if (!latest.fleet || latest.hass !== hass || latest.key !== key) {
    latest = { hass, key, fleet: readFleet(hass, applications) };
  }
  return /** @type {Fleet} */ (latest.fleet);
}

/**
 * @param {any} hass
 * @param {string[]} applications
 * @returns {Fleet}
 */
function readFleet(hass, applications) {
  const entries = registryEntries(hass);
  /** @type {Map<string, Application>} */
  const byEntry = new Map();
  const registered = [];
  for (const id in hass.devices) {
    const device = hass.devices[id];
    if (device.disabled_by || !isOurs(device)) continue;
    const entry = entryId(device);
    if (applications.length && !applications.includes(entry)) continue;
    if (device.entry_type !== "service") {
      registered.push(device);
      continue;
    }
    const own = entries.get(id) ?? [];
    byEntry.set(entry, {
      id,
      entryId: entry,
      name: deviceName(device),
      url: device.configuration_url ?? "",
      loaded: isLoaded(hass, own),
      entities: own.map((item) => readEntity(item, hass.states[item.entity_id], deviceName(device))),
    });
  }
  const devices = registered.map((device) => readDevice(hass, device, entries, byEntry));
  const order = new Intl.Collator(hass.locale?.language, { numeric: true });
  devices.sort((a, b) => order.compare(a.name, b.name));
  return {
    applications: [...byEntry.values()].sort((a, b) => order.compare(a.name, b.name)),
    devices,
    byId: new Map(devices.map((device) => [device.id, device])),
  };
}

/**
 * @param {any} hass
 * @param {any} device
 * @param {Map<string, any[]>} entries
 * @param {Map<string, Application>} applications
 * @returns {Device}
 */
function readDevice(hass, device, entries, applications) {
  const own = entries.get(device.id) ?? [];
  const name = deviceName(device);
  own.sort((a, b) => BY_NUMBER.compare(a.entity_id, b.entity_id));
  const entities = own.map((entry) => readEntity(entry, hass.states[entry.entity_id], name));
  const connectivity = entities.find(
    ({ domain, key }) => domain === "binary_sensor" && key === "connectivity",
  );
  return {
    id: device.id,
    name,
    model: device.model ?? "",
    firmware: device.sw_version ?? "",
    areaId: device.area_id && hass.areas[device.area_id] ? device.area_id : null,
    gatewayId: device.via_device_id ?? null,
    application: applications.get(entryId(device)),
    entities,
    connectivity,
    battery: entities.find(
      ({ domain, deviceClass }) => domain === "sensor" && deviceClass === "battery",
    ),
    online: connectivity ? connectivity.state !== "off" : entities.some(isKnown) || !entities.length,
  };
}
