// @ts-check
/** What only the integration knows: last reports, failed tasks and limits; and repair issues. */

const MAX_AGE = 10_000; // milliseconds

/**
 * @typedef {object} Status
 * @property {Record<string, {request_limit: number}>} applications by config entry ID
 * @property {Record<string, number>} lastReports epoch milliseconds, by device ID
 * @property {{device_id: string, error: string, time: number}[]} failedTasks
 * @property {string[]} silent device IDs
 * @property {string[]} gateways device IDs
 * @property {{id: string, title: string}[]} issues
 */

/** @type {Status} */
export const NO_STATUS = Object.freeze({ applications: {}, lastReports: {}, failedTasks: [], silent: [], gateways: [], issues: [] });

const DEFAULT_SILENT_HOURS = 24;

/**
 * @type {{connection: unknown, hours: number, time: number, promise: Promise<Status> | undefined,
 *   status: Status}}
 */
const cache = { connection: undefined, hours: 0, time: 0, promise: undefined, status: NO_STATUS };

/** @param {any} hass @param {number} hours @returns {Promise<Status>} */
async function fetchStatus(hass, hours) {
  const [status, issues] = await Promise.all([
    hass.callWS({ type: "milesight/dashboard", silent_hours: hours }),
    hass.callWS({ type: "repairs/list_issues" }).catch(() => ({ issues: [] })),
  ]);
  const ours = issues.issues.filter(
    (/** @type {any} */ issue) => issue.domain === "milesight" && !issue.ignored,
  );
  const localize = ours.length ? await hass.loadBackendTranslation("issues", "milesight") : undefined;
  return {
    applications: status.applications,
    lastReports: status.last_reports,
    failedTasks: status.failed_tasks,
    silent: status.silent,
    gateways: status.gateways,
    issues: ours.map((/** @type {any} */ issue) => ({
      id: issue.issue_id,
      title: localize(
        `component.milesight.issues.${issue.translation_key ?? issue.issue_id}.title`,
        issue.translation_placeholders ?? {},
      ),
    })),
  };
}

/**
 * Return the status, not older than some seconds; an empty one where the integration is absent.
 * When a call fails, as while Home Assistant restarts, the previous status of the connection stays.
 *
 * @param {any} hass
 * @param {any} config of the strategy
 * @returns {Promise<Status>}
 */
export function getStatus(hass, config) {
  const now = Date.now();
  const hours = Number(config.silent_hours) || DEFAULT_SILENT_HOURS;
  const differs = cache.connection !== hass.connection || cache.hours !== hours;
  if (!cache.promise || differs || now - cache.time > MAX_AGE) {
    const previous = cache.connection === hass.connection ? cache.status : NO_STATUS;
    Object.assign(cache, { connection: hass.connection, hours, time: now });
    cache.promise = fetchStatus(hass, hours)
      .catch(() => previous)
      .then((status) => (cache.status = status));
  }
  return cache.promise;
}

/**
 * Return the status that was fetched last, and fetch it again if it is old.
 *
 * @param {any} hass
 * @param {any} config of the strategy
 * @returns {Status}
 */
export function latestStatus(hass, config) {
  void getStatus(hass, config);
  return cache.status;
}
