package keysweep

verdict := "pass" if not input.active

else := "pass" if input.age_days <= data.params.max_age_days

else := sprintf("active for %d days, limit %d", [input.age_days, data.params.max_age_days]) if not service_account

else := "exempt" if input.age_days <= data.params.max_service_age_days

else := sprintf("active for %d days, limit %d", [input.age_days, data.params.max_service_age_days])

service_account if input.user.tags["service-account"] == "true"
