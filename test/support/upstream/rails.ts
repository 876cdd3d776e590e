import type { UpstreamTables } from "./tables";

const at = "created_at:timestamp! updated_at:timestamp!";

/** Tables of Rails, of gems, and of TypeORM, as their migrations and generators make them. */
export const gems: UpstreamTables = {
  rails: {
    active_storage_blobs: [
      "id:int8! key:varchar! filename:varchar! content_type:varchar metadata:text byte_size:int8! checksum:varchar! created_at:timestamp!",
      "service_name:varchar!",
      "checksum:varchar",
      "id:uuid!",
    ],
    active_storage_attachments: [
      "id:int8! name:varchar! record_type:varchar! record_id:int8! blob_id:int8! created_at:timestamp!",
      "id:uuid! record_id:uuid! blob_id:uuid!",
    ],
    active_storage_variant_records: ["id:int8! blob_id:int8! variation_digest:varchar!"],
    action_text_rich_texts: [
      `id:int8! name:varchar! body:text record_type:varchar! record_id:int8! ${at}`,
      "record_id:uuid!",
    ],
    action_mailbox_inbound_emails: [
      `id:int8! status:int4! message_id:varchar! message_checksum:varchar! ${at}`,
    ],
    visits: [
      "id:uuid! visitor_id:uuid ip:varchar user_agent:text referrer:text landing_page:text user_id:int4 referring_domain:varchar search_keyword:varchar browser:varchar os:varchar device_type:varchar country:varchar region:varchar city:varchar utm_source:varchar started_at:timestamp",
      "screen_height:int4 screen_width:int4 postal_code:varchar latitude:numeric longitude:numeric",
      "id:int4! visit_token:varchar visitor_token:varchar -visitor_id",
    ],
    ahoy_visits: [
      "id:int8! visit_token:varchar visitor_token:varchar user_id:int8 ip:varchar user_agent:text referrer:text referring_domain:varchar landing_page:text browser:varchar os:varchar device_type:varchar country:varchar region:varchar city:varchar utm_source:varchar started_at:timestamp search_keyword:varchar",
      "app_version:varchar os_version:varchar platform:varchar -search_keyword",
      "latitude:float8 longitude:float8",
      "-user_id -started_at -ip", // optional, as the generator says
    ],
    ahoy_events: [
      "id:uuid! visit_id:uuid user_id:int4 name:varchar properties:json time:timestamp",
      "id:int8! visit_id:int8 user_id:int8 properties:jsonb time:timestamp",
      "-user_id",
    ],
    ahoy_messages: [
      "id:int4! token:varchar to:text user_id:int4 user_type:varchar mailer:varchar subject:text content:text sent_at:timestamp opened_at:timestamp clicked_at:timestamp",
      "-token -content -opened_at -clicked_at campaign:varchar",
      "-to to_ciphertext:text to_bidx:varchar",
    ],
    ahoy_clicks: ["id:int8! campaign:varchar token:varchar"],
  },
  stripe: {
    pay_customers: [
      `id:int8! owner_type:varchar owner_id:int8 processor:varchar! processor_id:varchar default:bool data:jsonb deleted_at:timestamp ${at}`,
      "stripe_account:varchar",
      "type:varchar",
      "object:jsonb",
      "id:uuid! owner_id:uuid",
    ],
    pay_merchants: [
      `id:int8! owner_type:varchar owner_id:int8 processor:varchar! processor_id:varchar default:bool data:jsonb ${at}`,
      "type:varchar",
    ],
    pay_payment_methods: [
      `id:int8! customer_id:int8! processor_id:varchar! default:bool type:varchar data:jsonb ${at}`,
      "stripe_account:varchar",
      "payment_method_type:varchar",
    ],
    pay_subscriptions: [
      `id:int8! customer_id:int8! name:varchar! processor_id:varchar! processor_plan:varchar! quantity:int4! status:varchar! trial_ends_at:timestamp ends_at:timestamp application_fee_percent:numeric metadata:jsonb data:jsonb ${at}`,
      "metered:bool pause_behavior:varchar pause_starts_at:timestamp pause_resumes_at:timestamp",
      "current_period_start:timestamp current_period_end:timestamp",
      "stripe_account:varchar payment_method_id:varchar",
      "type:varchar",
      "object:jsonb",
    ],
    pay_charges: [
      `id:int8! customer_id:int8! subscription_id:int8 processor_id:varchar! amount:int4! currency:varchar application_fee_amount:int4 amount_refunded:int4 metadata:jsonb data:jsonb ${at}`,
      "stripe_account:varchar",
      "type:varchar",
      "object:jsonb",
    ],
    pay_webhooks: [`id:int8! processor:varchar event_type:varchar event:jsonb ${at}`],
    djstripe_apikey: [
      "djstripe_created:timestamptz! djstripe_updated:timestamptz! djstripe_id:int8! created:timestamptz id:varchar(255)! type:varchar(255)! name:varchar(100)! secret:varchar(128)! livemode:bool! djstripe_owner_account_id:varchar(255)",
      "stripe_data:jsonb!",
    ],
    djstripe_webhookeventtrigger: [
      "id:int8! remote_ip:inet! headers:jsonb! body:text! valid:bool! processed:bool! exception:varchar(128)! traceback:text! event_id:int8",
      "webhook_endpoint_id:int8 stripe_trigger_account_id:int8",
    ],
    djstripe_idempotencykey: ["uuid:uuid! action:varchar(100)! livemode:bool! created:timestamptz!"],
    djstripe_event: [
      "djstripe_id:int8! id:varchar(255)! livemode:bool created:timestamptz api_version:varchar(64)! data:jsonb! request_id:varchar(50)! idempotency_key:text! type:varchar(250)!",
    ],
  },
  typeorm: {
    migrations: ["id:int4! timestamp:int8! name:varchar!"],
    typeorm_metadata: ["type:varchar! database:varchar schema:varchar table:varchar name:varchar value:text"],
    "query-result-cache": ["id:int4! identifier:varchar time:int8! duration:int4! query:text! result:text!"],
  },
};

/** Columns of models that have names of the application's choice: by pack, what each generator adds to such a table. */
export const modelColumns: Record<string, string[]> = {
  rails: [
    "encrypted_password:varchar! reset_password_token:varchar reset_password_sent_at:timestamp remember_created_at:timestamp",
    "encrypted_password:varchar! sign_in_count:int4! current_sign_in_at:timestamp last_sign_in_at:timestamp current_sign_in_ip:inet last_sign_in_ip:inet",
    "encrypted_password:varchar! sign_in_count:int4! current_sign_in_at:timestamp last_sign_in_at:timestamp current_sign_in_ip:varchar last_sign_in_ip:varchar",
    "encrypted_password:varchar! confirmation_token:varchar confirmed_at:timestamp confirmation_sent_at:timestamp unconfirmed_email:varchar",
    "encrypted_password:varchar! confirmation_token:varchar confirmed_at:timestamp confirmation_sent_at:timestamp",
    "encrypted_password:varchar! failed_attempts:int4! unlock_token:varchar locked_at:timestamp",
    "encrypted_password:varchar! locked_at:timestamp unlock_token:varchar",
    "encrypted_password:varchar(128)! password_salt:varchar authentication_token:varchar remember_token:varchar remember_created_at:timestamp",
    "invitation_token:varchar(60) invitation_sent_at:timestamp invitation_limit:int4 invited_by_id:int4 invited_by_type:varchar",
    "invitation_token:varchar invitation_created_at:timestamp invitation_sent_at:timestamp invitation_accepted_at:timestamp invitation_limit:int4 invited_by_type:varchar invited_by_id:int8 invitations_count:int4",
    "password_digest:varchar",
  ],
  laravel: [
    "password:varchar(255)! remember_token:varchar(100) email_verified_at:timestamp",
    "two_factor_secret:text two_factor_recovery_codes:text",
    "two_factor_secret:text two_factor_recovery_codes:text two_factor_confirmed_at:timestamp",
  ],
  stripe: [
    "stripe_id:varchar(255) card_brand:varchar(255) card_last_four:varchar(4) trial_ends_at:timestamp",
    "stripe_id:varchar(255) pm_type:varchar(255) pm_last_four:varchar(4) trial_ends_at:timestamp",
    "djstripe_created:timestamptz! djstripe_updated:timestamptz! stripe_data:jsonb! djstripe_id:int8! id:varchar(255)! livemode:bool created:timestamptz metadata:jsonb description:text djstripe_owner_account_id:int8",
  ],
  xero: [
    "authorisation_code:varchar(100)! access_token:varchar(2000)! expires:timestamptz refresh_token:varchar(100)! tenant_id:varchar(100)!",
    "access_token:text! refresh_token:text! expires_at:timestamptz token_type:varchar scope:text id_token:text",
  ],
};
