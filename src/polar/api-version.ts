/** The version of the API that the streams are declared for, sent as `Polar-Version`. */
export const API_VERSION = "2026-10";
