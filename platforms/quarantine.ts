/** What holds for a copy in quarantine whatever the platform. */

/** Libraries that may be loaded at start. Others could call out or log what they see; they are left out, by name, in the log. */
export const harmlessLibraries: readonly string[] = ["pg_stat_statements", "pg_hint_plan", "pg_cron"];

/** No statement's text and no row's value in the log: failing statements are not quoted, details are left out. */
export const silence: Readonly<Record<string, string>> = {
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length_on_error: "0",
};
