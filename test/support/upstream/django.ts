import type { UpstreamTables } from "./tables";

/**
 * Tables of Django's libraries, as their migrations make them: migration by migration that changes columns.
 */
export const djangoLibraries: UpstreamTables = {
  "django-otp": {
    otp_totp_totpdevice: [
      "id:int4! name:varchar(64)! confirmed:bool! key:varchar(80)! step:int2! t0:int8! digits:int2! tolerance:int2! drift:int2! last_t:int8! user_id:int4!",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz",
      "created_at:timestamptz last_used_at:timestamptz",
    ],
    otp_hotp_hotpdevice: [
      "id:int4! name:varchar(64)! confirmed:bool! key:varchar(80)! digits:int2! tolerance:int2! counter:int8! user_id:int4!",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz",
      "created_at:timestamptz last_used_at:timestamptz",
    ],
    otp_email_emaildevice: [
      "id:int4! name:varchar(64)! confirmed:bool! key:varchar(80)! user_id:int4!",
      "token:varchar(16) valid_until:timestamptz! -key",
      "email:varchar(254)",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz",
      "last_generated_timestamp:timestamptz",
      "created_at:timestamptz last_used_at:timestamptz",
    ],
    otp_static_staticdevice: [
      "id:int4! name:varchar(64)! confirmed:bool! user_id:int4!",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz",
      "created_at:timestamptz last_used_at:timestamptz",
    ],
    otp_static_statictoken: ["id:int4! token:varchar(16)! device_id:int4!"],
    otp_yubikey_remoteyubikeydevice: [
      "id:int4! name:varchar(64)! confirmed:bool! public_id:varchar(32)! service_id:int4! user_id:int4!",
    ],
    otp_yubikey_validationservice: [
      "id:int4! name:varchar(32)! api_id:int4! api_key:varchar(64)! base_url:varchar(200)! api_version:varchar(8)! use_ssl:bool! param_sl:varchar(16)! param_timeout:varchar(16)!",
    ],
    otp_yubikey_yubikeydevice: [
      "id:int4! name:varchar(64)! confirmed:bool! private_id:varchar(12)! key:varchar(32)! session:int4! counter:int4! user_id:int4!",
    ],
    otp_twilio_twiliosmsdevice: [
      "id:int4! name:varchar(64)! confirmed:bool! number:varchar(16)! key:varchar(40)! user_id:int4!",
      "last_t:int8!",
      "number:varchar(30)!",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz token:varchar(16) valid_until:timestamptz! -key -last_t",
    ],
    two_factor_phonedevice: [
      "id:int4! name:varchar(64)! confirmed:bool! number:varchar(16)! key:varchar(40)! method:varchar(4)! user_id:int4!",
      "number:varchar(128)!",
      "throttling_failure_count:int4! throttling_failure_timestamp:timestamptz",
    ],
    two_factor_webauthn_webauthndevice: [
      "id:int4! name:varchar(64)! confirmed:bool! throttling_failure_timestamp:timestamptz throttling_failure_count:int4! created_at:timestamptz! last_used_at:timestamptz public_key:text! key_handle:text! sign_count:int4! user_id:int4!",
    ],
  },
  "django-allauth": {
    account_emailaddress: [
      "id:int4! email:varchar(75)! verified:bool! primary:bool! user_id:int4!",
      "email:varchar(254)!",
    ],
    account_emailconfirmation: [
      "id:int4! created:timestamptz! sent:timestamptz key:varchar(64)! email_address_id:int4!",
    ],
    allauth_idp_oidc_client: [
      "id:varchar(100)! name:varchar(100)! secret:varchar(200)! scopes:text! type:varchar(20)! grant_types:text! redirect_uris:text! cors_origins:text! response_types:text! skip_consent:bool! created_at:timestamptz! data:jsonb owner_id:int4",
      "default_scopes:text!",
      "allow_uri_wildcards:bool!",
    ],
    allauth_idp_oidc_token: [
      "id:int8! type:varchar(2)! hash:varchar(255)! data:jsonb created_at:timestamptz! expires_at:timestamptz scopes:text! client_id:int4 user_id:int4",
    ],
    mfa_authenticator: [
      "id:int8! type:varchar(20)! data:jsonb! user_id:int4!",
      "created_at:timestamptz! last_used_at:timestamptz",
    ],
    socialaccount_socialaccount: [
      "id:int4! provider:varchar(30)! uid:varchar(255)! last_login:timestamptz! date_joined:timestamptz! extra_data:text! user_id:int4!",
      "provider:varchar(200)!",
      "extra_data:jsonb!",
    ],
    socialaccount_socialapp: [
      "id:int4! provider:varchar(30)! name:varchar(40)! client_id:varchar(100)! secret:varchar(100)! key:varchar(100)!",
      "client_id:varchar(191)! secret:varchar(191)! key:varchar(191)!",
      "provider_id:varchar(200)! settings:jsonb!",
    ],
    socialaccount_socialtoken: [
      "id:int4! token:text! token_secret:text! expires_at:timestamptz account_id:int4! app_id:int4!",
      "app_id:int4",
    ],
    usersessions_usersession: [
      "id:int8! created_at:timestamptz! ip:inet! last_seen_at:timestamptz! session_key:varchar(40)! user_agent:varchar(200)! data:jsonb! user_id:int4!",
    ],
    openid_openidnonce: [
      "id:int4! server_url:varchar(255)! timestamp:int4! salt:varchar(255)! date_created:timestamptz!",
    ],
    openid_openidstore: [
      "id:int4! server_url:varchar(255)! handle:varchar(255)! secret:text! issued:int4! lifetime:int4! assoc_type:text!",
    ],
    socialaccount_socialapp_sites: ["id:int4! socialapp_id:int4! site_id:int4!"],
  },
  "django-post-office": {
    post_office_attachment: [
      "id:int4! file:varchar(100)! name:varchar(255)!",
      "mimetype:varchar(255)!",
      "headers:jsonb",
    ],
    post_office_email: [
      "id:int4! from_email:varchar(254)! to:text! cc:text! bcc:text! subject:varchar(255)! message:text! html_message:text! status:int2 priority:int2 created:timestamptz! last_updated:timestamptz! scheduled_time:timestamptz headers:jsonb context:jsonb template_id:int4",
      "backend_alias:varchar(64)!",
      "subject:varchar(989)!",
      "number_of_retries:int4 expires_at:timestamptz",
      "message_id:varchar(255)",
      "recipient_delivery_status:int2",
    ],
    post_office_emailtemplate: [
      "id:int4! name:varchar(255)! description:text! subject:varchar(255)! content:text! html_content:text! created:timestamptz! last_updated:timestamptz!",
      "default_template_id:int4 language:varchar(12)!",
    ],
    post_office_log: [
      "id:int4! date:timestamptz! status:int2! exception_type:varchar(255)! message:text! email_id:int4!",
    ],
    post_office_attachment_emails: ["id:int4! attachment_id:int4! email_id:int4!"],
  },
  "social-auth": {
    social_auth_association: [
      "id:int4! server_url:varchar(255)! handle:varchar(255)! secret:varchar(255)! issued:int4! lifetime:int4! assoc_type:varchar(64)!",
      "id:int8!",
    ],
    social_auth_code: [
      "id:int4! email:varchar(75)! code:varchar(32)! verified:bool!",
      "email:varchar(254)!",
      "timestamp:timestamptz!",
      "id:int8!",
    ],
    social_auth_nonce: ["id:int4! server_url:varchar(255)! timestamp:int4! salt:varchar(65)!", "id:int8!"],
    social_auth_usersocialauth: [
      "id:int4! provider:varchar(32)! uid:varchar(255)! extra_data:jsonb! user_id:int4!",
      "created:timestamptz! modified:timestamptz!",
      "id:int8!",
      "extra_data_new:jsonb!",
      "-extra_data",
      "extra_data:jsonb! -extra_data_new",
    ],
    social_auth_partial: [
      "id:int4! token:varchar(32)! next_step:int2! backend:varchar(32)! data:jsonb!",
      "timestamp:timestamptz!",
      "id:int8!",
      "data_new:jsonb!",
      "-data",
      "data:jsonb! -data_new",
    ],
  },
  "fcm-django": {
    fcm_django_fcmdevice: [
      "id:int4! name:varchar(255) active:bool! date_created:timestamptz device_id:uuid registration_id:text! type:varchar(10)! user_id:int4",
      "device_id:varchar(150)",
      "device_id:varchar(255)",
      "id:int8!",
      "id:int4!",
    ],
    push_notifications_apnsdevice: [
      "id:int4! name:varchar(255) active:bool! date_created:timestamptz device_id:uuid registration_id:varchar(64)! user_id:int4",
      "registration_id:varchar(200)!",
      "application_id:varchar(64)",
    ],
    push_notifications_gcmdevice: [
      "id:int4! name:varchar(255) active:bool! date_created:timestamptz device_id:int8 registration_id:text! user_id:int4",
      "cloud_message_type:varchar(3)!",
      "application_id:varchar(64)",
    ],
    push_notifications_wnsdevice: [
      "id:int4! name:varchar(255) active:bool! date_created:timestamptz device_id:uuid registration_id:text! user_id:int4",
      "application_id:varchar(64)",
    ],
    push_notifications_webpushdevice: [
      "id:int4! name:varchar(255) active:bool! date_created:timestamptz application_id:varchar(64) registration_id:text! p256dh:varchar(88)! auth:varchar(24)! browser:varchar(10)! user_id:int4",
    ],
  },
  "django-oauth-toolkit": {
    oauth2_provider_application: [
      "id:int8! client_id:varchar(100)! redirect_uris:text! client_type:varchar(32)! authorization_grant_type:varchar(32)! client_secret:varchar(255)! name:varchar(255)! user_id:int4 skip_authorization:bool! created:timestamptz! updated:timestamptz!",
      "algorithm:varchar(5)!",
      "post_logout_redirect_uris:text!",
      "hash_client_secret:bool!",
      "allowed_origins:text!",
      "authorization_grant_type:varchar(44)!",
      "require_pushed_authorization_requests:bool",
      "backchannel_logout_uri:varchar(200)!",
    ],
    oauth2_provider_accesstoken: [
      "id:int8! token:varchar(255)! expires:timestamptz! scope:text! application_id:int4 user_id:int4 created:timestamptz! updated:timestamptz! source_refresh_token_id:int4",
      "id_token_id:int4",
      "token:text! token_checksum:varchar(64)!",
    ],
    oauth2_provider_grant: [
      "id:int8! code:varchar(255)! expires:timestamptz! redirect_uri:varchar(255)! scope:text! application_id:int4! user_id:int4! created:timestamptz! updated:timestamptz!",
      "code_challenge:varchar(128)! code_challenge_method:varchar(10)!",
      "redirect_uri:text!",
      "nonce:varchar(255)! claims:text!",
    ],
    oauth2_provider_refreshtoken: [
      "id:int8! token:varchar(255)! access_token_id:int4 application_id:int4! user_id:int4! created:timestamptz! updated:timestamptz! revoked:timestamptz",
      "token_family:uuid",
    ],
    oauth2_provider_idtoken: [
      "id:int8! jti:uuid! expires:timestamptz! scope:text! created:timestamptz! updated:timestamptz! application_id:int4 user_id:int4",
    ],
    oauth2_provider_devicegrant: [
      "id:int8! device_code:varchar(100)! user_code:varchar(100)! scope:varchar(64) interval:int4! expires:timestamptz! status:varchar(64)! client_id:varchar(100)! last_checked:timestamptz! user_id:int4",
      "authorization_id:int8",
    ],
    oauth2_provider_pushedauthorizationrequest: [
      "id:int8! request_uri:varchar(255)! client_id:varchar(100)! parameters:jsonb! expires:timestamptz! created:timestamptz!",
    ],
    oauth2_provider_storedauthorizationrequest: [
      "id:int8! request_uri:varchar(255)! client_id:varchar(100)! parameters:jsonb! expires:timestamptz! created:timestamptz!",
    ],
    oauth2_provider_authorization: [
      "id:int8! client_id:varchar(255)! grant_type:varchar(64)! scope:text! authorization_details:jsonb created:timestamptz! updated:timestamptz! revoked_at:timestamptz application_id:int8 user_id:int4",
      "session_id:int8",
    ],
    oauth2_provider_session: [
      "id:int8! sid:uuid! session_key:varchar(40)! authenticated_at:timestamptz! expires:timestamptz! created:timestamptz! updated:timestamptz! terminated_at:timestamptz termination_reason:varchar(32)! user_id:int4!",
    ],
  },
  "django-axes": {
    axes_accessattempt: [
      "id:int4! user_agent:varchar(255)! ip_address:inet username:varchar(255) trusted:bool! http_accept:varchar(1025)! path_info:varchar(255)! attempt_time:timestamptz! get_data:text! post_data:text! failures_since_start:int4!",
      "-trusted",
    ],
    axes_accesslog: [
      "id:int4! user_agent:varchar(255)! ip_address:inet username:varchar(255) trusted:bool! http_accept:varchar(1025)! path_info:varchar(255)! attempt_time:timestamptz! logout_time:timestamptz",
      "-trusted",
      "session_hash:varchar(64)!",
    ],
    axes_accessfailurelog: [
      "id:int4! user_agent:varchar(255)! ip_address:inet username:varchar(255) http_accept:varchar(1025)! path_info:varchar(255)! attempt_time:timestamptz! locked_out:bool!",
    ],
    axes_accessattemptexpiration: ["access_attempt_id:int4! expires_at:timestamptz!"],
  },
};
