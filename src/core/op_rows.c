/* The rows. Source: Twilio's OpenAPI description of its 2010-04-01 API, and the connector's twelve operations. */
#include "op_rows.h"

/* clang-format off */

#define END { NULL, NULL, NULL, TW_PATH, TW_TEXT, 0, 0, 0, NULL }

#define PATH_SID(name, alias, wire, prefix) { name, alias, wire, TW_PATH, TW_SID, TW_REQUIRED, 0, 0, prefix }
#define QUERY(name, wire, type) { name, NULL, wire, TW_QUERY, type, 0, 0, 0, NULL }
#define QUERY_RANGE(name, wire, min, max) { name, NULL, wire, TW_QUERY, TW_INTEGER, 0, min, max, NULL }
#define FORM(name, wire, type) { name, NULL, wire, TW_FORM, type, 0, 0, 0, NULL }
#define FORM_TEXT(name, wire, max) { name, NULL, wire, TW_FORM, TW_TEXT, 0, 0, max, NULL }
#define FORM_SID(name, wire, prefix) { name, NULL, wire, TW_FORM, TW_SID, 0, 0, 0, prefix }
#define FORM_ENUM(name, wire, values) { name, NULL, wire, TW_FORM, TW_ENUM, 0, 0, 0, values }
#define FORM_MUST(name, wire, type) { name, NULL, wire, TW_FORM, type, TW_REQUIRED, 0, 0, NULL }
#define FORM_SHADOWED(name, wire, type, prefix) { name, NULL, wire, TW_FORM, type, TW_SHADOWED, 0, 0, prefix }
#define METHODS "GET POST"

/* In the path */
static const tw_param address[] = { PATH_SID("sid", NULL, "Sid", "AD"), END };
static const tw_param of_address[] = { PATH_SID("address_sid", NULL, "AddressSid", "AD"), END };
static const tw_param incoming[] = { PATH_SID("sid", "incomingCallerId", "Sid", "PN"), END };
static const tw_param outgoing[] = { PATH_SID("sid", "outgoingCallerId", "Sid", "PN"), END };
static const tw_param of_number[] = { PATH_SID("resource_sid", NULL, "ResourceSid", "PN"), END };
static const tw_param add_on[] = { PATH_SID("sid", NULL, "Sid", "XE"), END };
static const tw_param of_add_on[] = { PATH_SID("assigned_add_on_sid", NULL, "AssignedAddOnSid", "XE"), END };
static const tw_param extension[] = { PATH_SID("sid", NULL, "Sid", "XF"), END };
static const tw_param country[] = {
  { "country_code", "country", "CountryCode", TW_PATH, TW_COUNTRY, TW_REQUIRED, 0, 0, NULL },
  END
};

/* Of listings */
static const tw_param paging[] = {
  QUERY_RANGE("page_size", "PageSize", 1, 1000),
  QUERY_RANGE("page", "Page", 0, 0),
  QUERY("page_token", "PageToken", TW_TEXT),
  END
};

static const tw_param incoming_filters[] = {
  QUERY("beta", "Beta", TW_BOOLEAN),
  QUERY("friendly_name", "FriendlyName", TW_TEXT),
  QUERY("phone_number", "PhoneNumber", TW_PHONE),
  { "origin", NULL, "Origin", TW_QUERY, TW_ENUM, 0, 0, 0, "twilio hosted" },
  END
};

static const tw_param outgoing_filters[] = {
  QUERY("phone_number", "PhoneNumber", TW_PHONE),
  QUERY("friendly_name", "FriendlyName", TW_TEXT),
  END
};

static const tw_param address_filters[] = {
  QUERY("customer_name", "CustomerName", TW_TEXT),
  QUERY("friendly_name", "FriendlyName", TW_TEXT),
  QUERY("emergency_enabled", "EmergencyEnabled", TW_BOOLEAN),
  QUERY("iso_country", "IsoCountry", TW_COUNTRY),
  END
};

static const tw_param search[] = {
  QUERY_RANGE("area_code", "AreaCode", 100, 999),
  QUERY("contains", "Contains", TW_CONTAINS),
  QUERY("sms_enabled", "SmsEnabled", TW_BOOLEAN),
  QUERY("mms_enabled", "MmsEnabled", TW_BOOLEAN),
  QUERY("voice_enabled", "VoiceEnabled", TW_BOOLEAN),
  QUERY("exclude_all_address_required", "ExcludeAllAddressRequired", TW_BOOLEAN),
  QUERY("exclude_local_address_required", "ExcludeLocalAddressRequired", TW_BOOLEAN),
  QUERY("exclude_foreign_address_required", "ExcludeForeignAddressRequired", TW_BOOLEAN),
  QUERY("beta", "Beta", TW_BOOLEAN),
  QUERY("near_number", "NearNumber", TW_PHONE),
  QUERY("near_lat_long", "NearLatLong", TW_LATLONG),
  QUERY_RANGE("distance", "Distance", 0, 500),
  QUERY("in_postal_code", "InPostalCode", TW_TEXT),
  QUERY("in_region", "InRegion", TW_TEXT),
  QUERY("in_rate_center", "InRateCenter", TW_TEXT),
  QUERY("in_lata", "InLata", TW_DIGITS),
  QUERY("in_locality", "InLocality", TW_TEXT),
  QUERY("fax_enabled", "FaxEnabled", TW_BOOLEAN),
  END
};

static const tw_rule search_rules[] = {
  { TW_NEEDS, "distance", "near_number", "near_lat_long" },
  { TW_NEEDS, "in_rate_center", "in_lata", NULL },
  { TW_ONE_OF, NULL, NULL, NULL }
};

/* In forms */
static const tw_param buy_one[] = { FORM_MUST("phone_number", "PhoneNumber", TW_E164), END };
static const tw_param buy_any[] = {
  FORM("phone_number", "PhoneNumber", TW_E164),
  { "area_code", NULL, "AreaCode", TW_FORM, TW_INTEGER, 0, 100, 999, NULL },
  END
};

static const tw_rule buy_rules[] = {
  { TW_ONE_OF, "phone_number", "area_code", NULL },
  { TW_ONE_OF, NULL, NULL, NULL }
};

static const tw_param transfer[] = { FORM_SHADOWED("transfer_to", "AccountSid", TW_SID, "AC"), END };

static const tw_param settings[] = {
  FORM_SHADOWED("call_api_version", "ApiVersion", TW_DATE, NULL),
  FORM_TEXT("friendly_name", "FriendlyName", 64),
  FORM_SID("sms_application_sid", "SmsApplicationSid", "AP"),
  FORM_ENUM("sms_fallback_method", "SmsFallbackMethod", METHODS),
  FORM("sms_fallback_url", "SmsFallbackUrl", TW_URL),
  FORM_ENUM("sms_method", "SmsMethod", METHODS),
  FORM("sms_url", "SmsUrl", TW_URL),
  FORM("status_callback", "StatusCallback", TW_URL),
  FORM_ENUM("status_callback_method", "StatusCallbackMethod", METHODS),
  FORM_SID("voice_application_sid", "VoiceApplicationSid", "AP"),
  FORM("voice_caller_id_lookup", "VoiceCallerIdLookup", TW_BOOLEAN),
  FORM_ENUM("voice_fallback_method", "VoiceFallbackMethod", METHODS),
  FORM("voice_fallback_url", "VoiceFallbackUrl", TW_URL),
  FORM_ENUM("voice_method", "VoiceMethod", METHODS),
  FORM("voice_url", "VoiceUrl", TW_URL),
  FORM_ENUM("emergency_status", "EmergencyStatus", "Active Inactive"),
  FORM_SID("emergency_address_sid", "EmergencyAddressSid", "AD"),
  FORM_SID("trunk_sid", "TrunkSid", "TK"),
  FORM_SID("identity_sid", "IdentitySid", "RI"),
  FORM_SID("address_sid", "AddressSid", "AD"),
  FORM_ENUM("voice_receive_mode", "VoiceReceiveMode", "voice fax"),
  FORM_SID("bundle_sid", "BundleSid", "BU"),
  END
};

static const tw_param caller_id[] = {
  FORM_MUST("phone_number", "PhoneNumber", TW_PHONE),
  FORM_TEXT("friendly_name", "FriendlyName", 64),
  { "call_delay", NULL, "CallDelay", TW_FORM, TW_INTEGER, 0, 0, 60, NULL },
  FORM("extension", "Extension", TW_DIGITS),
  FORM("status_callback", "StatusCallback", TW_URL),
  FORM_ENUM("status_callback_method", "StatusCallbackMethod", METHODS),
  END
};

static const tw_param caller_id_name[] = { FORM_TEXT("friendly_name", "FriendlyName", 64), END };

static const tw_param new_address[] = {
  FORM_MUST("customer_name", "CustomerName", TW_TEXT),
  FORM_MUST("street", "Street", TW_TEXT),
  FORM_MUST("city", "City", TW_TEXT),
  FORM_MUST("region", "Region", TW_TEXT),
  FORM_MUST("postal_code", "PostalCode", TW_TEXT),
  FORM_MUST("iso_country", "IsoCountry", TW_COUNTRY),
  END
};

static const tw_param address_changes[] = {
  FORM("customer_name", "CustomerName", TW_TEXT),
  FORM("street", "Street", TW_TEXT),
  FORM("city", "City", TW_TEXT),
  FORM("region", "Region", TW_TEXT),
  FORM("postal_code", "PostalCode", TW_TEXT),
  END
};

static const tw_param address_settings[] = {
  FORM_TEXT("friendly_name", "FriendlyName", 64),
  FORM("emergency_enabled", "EmergencyEnabled", TW_BOOLEAN),
  FORM("auto_correct_address", "AutoCorrectAddress", TW_BOOLEAN),
  FORM("street_secondary", "StreetSecondary", TW_TEXT),
  END
};

static const tw_param installed_add_on[] = {
  { "installed_add_on_sid", NULL, "InstalledAddOnSid", TW_FORM, TW_SID, TW_REQUIRED, 0, 0, "XE" },
  END
};

#define NUMBERS "/IncomingPhoneNumbers"
#define ADD_ONS NUMBERS "/{ResourceSid}/AssignedAddOns"
#define EXTENSIONS ADD_ONS "/{AssignedAddOnSid}/Extensions"
#define NAME(name) name, sizeof(name) - 1
#define SEARCH(name, alias, type) \
  { NAME("search_" name), alias, "ListAvailablePhoneNumber" type, TW_GET, TW_READ, \
    "/AvailablePhoneNumbers/{CountryCode}/" type ".json", "available_phone_numbers", 0, NULL, search_rules, \
    { country, search, paging } }
#define LIST(name, alias, id, path, key, ...) \
  { NAME(name), alias, id, TW_GET, TW_READ, path ".json", key, 1, NULL, NULL, { __VA_ARGS__ } }
#define GET(name, alias, id, path, prefix, ...) \
  { NAME(name), alias, id, TW_GET, TW_READ, path ".json", NULL, 0, prefix, NULL, { __VA_ARGS__ } }
#define POST(name, alias, id, class, path, prefix, rules, ...) \
  { NAME(name), alias, id, TW_POST, class, path ".json", NULL, 0, prefix, rules, { __VA_ARGS__ } }
#define DELETE(name, alias, id, path, prefix, ...) \
  { NAME(name), alias, id, TW_DELETE, TW_REMOVE, path ".json", NULL, 0, prefix, NULL, { __VA_ARGS__ } }

const tw_op tw_rows[] = {
  POST("add_outgoing", "addOutgoingPhoneNumber", "CreateValidationRequest", TW_VERIFY,
       "/OutgoingCallerIds", NULL, NULL, caller_id),
  LIST("list_outgoing", "getOutgoingPhoneNumberList", "ListOutgoingCallerId",
       "/OutgoingCallerIds", "outgoing_caller_ids", outgoing_filters, paging),
  GET("get_outgoing", "getOutgoingPhoneNumber", "FetchOutgoingCallerId",
      "/OutgoingCallerIds/{Sid}", "PN", outgoing),
  POST("update_outgoing", "updateOutgoingPhoneNumber", "UpdateOutgoingCallerId", TW_UPDATE,
       "/OutgoingCallerIds/{Sid}", "PN", NULL, outgoing, caller_id_name),
  DELETE("remove_outgoing", "removeOutgoingPhoneNumber", "DeleteOutgoingCallerId",
         "/OutgoingCallerIds/{Sid}", "PN", outgoing),

  SEARCH("local", "getAvailableLocalNumbers", "Local"),
  SEARCH("toll_free", "getAvailableTollFreeNumbers", "TollFree"),
  SEARCH("mobile", NULL, "Mobile"),
  SEARCH("national", NULL, "National"),
  SEARCH("voip", NULL, "Voip"),
  SEARCH("shared_cost", NULL, "SharedCost"),
  SEARCH("machine_to_machine", NULL, "MachineToMachine"),
  { NAME("list_countries"), NULL, "ListAvailablePhoneNumberCountry", TW_GET, TW_READ,
    "/AvailablePhoneNumbers.json", "countries", 0, NULL, NULL, { paging } },
  GET("get_country", NULL, "FetchAvailablePhoneNumberCountry",
      "/AvailablePhoneNumbers/{CountryCode}", NULL, country),

  POST("buy", "purchasePhoneNumber", "CreateIncomingPhoneNumber", TW_BUY,
       NUMBERS, "PN", buy_rules, buy_any, settings),
  LIST("list_incoming", "getIncomingPhoneNumberList", "ListIncomingPhoneNumber",
       NUMBERS, "incoming_phone_numbers", incoming_filters, paging),
  GET("get_incoming", "getIncomingPhoneNumber", "FetchIncomingPhoneNumber",
      NUMBERS "/{Sid}", "PN", incoming),
  POST("update_incoming", "updateIncomingPhoneNumber", "UpdateIncomingPhoneNumber", TW_UPDATE,
       NUMBERS "/{Sid}", "PN", NULL, incoming, transfer, settings),
  DELETE("release", "removeIncomingPhoneNumber", "DeleteIncomingPhoneNumber",
         NUMBERS "/{Sid}", "PN", incoming),

  LIST("list_incoming_local", NULL, "ListIncomingPhoneNumberLocal",
       NUMBERS "/Local", "incoming_phone_numbers", incoming_filters, paging),
  LIST("list_incoming_mobile", NULL, "ListIncomingPhoneNumberMobile",
       NUMBERS "/Mobile", "incoming_phone_numbers", incoming_filters, paging),
  LIST("list_incoming_toll_free", NULL, "ListIncomingPhoneNumberTollFree",
       NUMBERS "/TollFree", "incoming_phone_numbers", incoming_filters, paging),
  POST("buy_local", NULL, "CreateIncomingPhoneNumberLocal", TW_BUY,
       NUMBERS "/Local", "PN", NULL, buy_one, settings),
  POST("buy_mobile", NULL, "CreateIncomingPhoneNumberMobile", TW_BUY,
       NUMBERS "/Mobile", "PN", NULL, buy_one, settings),
  POST("buy_toll_free", NULL, "CreateIncomingPhoneNumberTollFree", TW_BUY,
       NUMBERS "/TollFree", "PN", NULL, buy_one, settings),

  LIST("list_add_ons", NULL, "ListIncomingPhoneNumberAssignedAddOn",
       ADD_ONS, "assigned_add_ons", of_number, paging),
  POST("assign_add_on", NULL, "CreateIncomingPhoneNumberAssignedAddOn", TW_CREATE,
       ADD_ONS, "XE", NULL, of_number, installed_add_on),
  GET("get_add_on", NULL, "FetchIncomingPhoneNumberAssignedAddOn",
      ADD_ONS "/{Sid}", "XE", of_number, add_on),
  DELETE("remove_add_on", NULL, "DeleteIncomingPhoneNumberAssignedAddOn",
         ADD_ONS "/{Sid}", "XE", of_number, add_on),
  LIST("list_add_on_extensions", NULL, "ListIncomingPhoneNumberAssignedAddOnExtension",
       EXTENSIONS, "extensions", of_number, of_add_on, paging),
  GET("get_add_on_extension", NULL, "FetchIncomingPhoneNumberAssignedAddOnExtension",
      EXTENSIONS "/{Sid}", "XF", of_number, of_add_on, extension),

  LIST("list_addresses", NULL, "ListAddress", "/Addresses", "addresses", address_filters, paging),
  POST("create_address", NULL, "CreateAddress", TW_CREATE,
       "/Addresses", "AD", NULL, new_address, address_settings),
  GET("get_address", NULL, "FetchAddress", "/Addresses/{Sid}", "AD", address),
  POST("update_address", NULL, "UpdateAddress", TW_UPDATE,
       "/Addresses/{Sid}", "AD", NULL, address, address_changes, address_settings),
  DELETE("delete_address", NULL, "DeleteAddress", "/Addresses/{Sid}", "AD", address),
  LIST("list_dependent_numbers", NULL, "ListDependentPhoneNumber",
       "/Addresses/{AddressSid}/DependentPhoneNumbers", "dependent_phone_numbers", of_address, paging),
};

/* clang-format on */

const size_t tw_row_count = sizeof tw_rows / sizeof tw_rows[0];
