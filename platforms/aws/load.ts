import type { Platform } from "../platform";
import { awsPlatform } from "./platform";
import { parseAwsSettings } from "./settings";

/** The platform of settings that nobody has checked yet. @throws every fault together */
export function loadAws(settings: unknown): Platform {
  return awsPlatform(parseAwsSettings(settings));
}
