import type { UpstreamTables } from "./tables";

const at = "created_at:timestamp updated_at:timestamp";

/** Tables of Laravel and its packages, as their migrations make them. */
export const laravelPackages: UpstreamTables = {
  laravel: {
    migrations: ["id:int4! migration:varchar(255)! batch:int4!"],
    users: [
      `id:int4! name:varchar(255)! email:varchar(255)! password:varchar(255)! remember_token:varchar(100) ${at}`,
      "id:int8! email_verified_at:timestamp",
    ],
    password_resets: ["email:varchar(255)! token:varchar(255)! created_at:timestamp"],
    password_reset_tokens: ["email:varchar(255)! token:varchar(255)! created_at:timestamp"],
    sessions: [
      "id:varchar(255)! user_id:int8 ip_address:varchar(45) user_agent:text payload:text! last_activity:int4!",
    ],
    personal_access_tokens: [
      `id:int8! tokenable_type:varchar(255)! tokenable_id:int8! name:varchar(255)! token:varchar(64)! abilities:text last_used_at:timestamp ${at}`,
      "expires_at:timestamp",
      "tokenable_id:uuid! name:text!",
    ],
    jobs: [
      "id:int8! queue:varchar(255)! payload:text! attempts:int2! reserved_at:int4 available_at:int4! created_at:int4!",
    ],
    job_batches: [
      "id:varchar(255)! name:varchar(255)! total_jobs:int4! pending_jobs:int4! failed_jobs:int4! failed_job_ids:text! options:text cancelled_at:int4 created_at:int4! finished_at:int4",
    ],
    failed_jobs: [
      "id:int8! connection:text! queue:text! payload:text! exception:text! failed_at:timestamp!",
      "uuid:varchar(255)!",
      "connection:varchar(255)! queue:varchar(255)!",
    ],
    cache: ["key:varchar(255)! value:text! expiration:int4!", "expiration:int8!"],
    cache_locks: ["key:varchar(255)! owner:varchar(255)! expiration:int4!", "expiration:int8!"],
    notifications: [
      `id:uuid! type:varchar(255)! notifiable_type:varchar(255)! notifiable_id:int8! data:text! read_at:timestamp ${at}`,
      "data:jsonb! notifiable_id:uuid!",
    ],
    oauth_auth_codes: [
      "id:varchar(100)! user_id:int4! client_id:int4! scopes:text revoked:bool! expires_at:timestamp",
      "user_id:int8! client_id:int8!",
      "id:varchar(80)! client_id:uuid!",
    ],
    oauth_access_tokens: [
      `id:varchar(100)! user_id:int4 client_id:int4! name:varchar(255) scopes:text revoked:bool! expires_at:timestamp ${at}`,
      "id:varchar(80)! client_id:uuid!",
    ],
    oauth_refresh_tokens: [
      "id:varchar(100)! access_token_id:varchar(100)! revoked:bool! expires_at:timestamp",
    ],
    oauth_device_codes: [
      "id:varchar(80)! user_id:int8 client_id:uuid! user_code:varchar(8)! scopes:text! revoked:bool! user_approved_at:timestamp last_polled_at:timestamp expires_at:timestamp",
    ],
    oauth_clients: [
      `id:int4! user_id:int8 name:varchar(255)! secret:varchar(100)! redirect:text! personal_access_client:bool! password_client:bool! revoked:bool! ${at}`,
      "id:int8! secret:varchar(100) provider:varchar(255)",
      "id:uuid! owner_type:varchar(255) owner_id:int8 secret:varchar(255) redirect_uris:text! grant_types:text! -user_id -redirect -personal_access_client -password_client",
    ],
    oauth_personal_access_clients: [`id:int8! client_id:int8! ${at}`],
    telescope_entries: [
      "sequence:int8! uuid:uuid! batch_id:uuid! family_hash:varchar(255) should_display_on_index:bool! type:varchar(20)! content:text! created_at:timestamp",
    ],
    telescope_entries_tags: ["entry_uuid:uuid! tag:varchar(255)!"],
    telescope_monitoring: ["tag:varchar(255)!"],
  },
  stripe: {
    subscriptions: [
      `id:int4! user_id:int8! name:varchar(255)! stripe_id:varchar(255)! stripe_status:varchar(255)! stripe_plan:varchar(255)! quantity:int4! trial_ends_at:timestamp ends_at:timestamp ${at}`,
      "stripe_plan:varchar(255) quantity:int4",
      "stripe_price:varchar(255) -stripe_plan",
      "type:varchar(255)! -name",
    ],
    subscription_items: [
      `id:int8! subscription_id:int8! stripe_id:varchar(255)! stripe_plan:varchar(255)! quantity:int4! ${at}`,
      "stripe_product:varchar(255)! stripe_price:varchar(255)! quantity:int4 -stripe_plan",
      "meter_id:varchar(255) meter_event_name:varchar(255)",
    ],
  },
};
