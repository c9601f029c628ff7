output "catalog" {
  description = "Name of the catalog."
  value       = databricks_catalog.lakehouse.name
}

output "schemas" {
  description = "Names of the schemas."
  value       = [for schema in databricks_schema.lakehouse : schema.name]
}

output "volumes" {
  description = "Path of each volume, as /Volumes/catalog/schema/volume."
  value       = { for key, volume in databricks_volume.lakehouse : key => volume.volume_path }
}

output "group_name" {
  description = "Name of the account's group."
  value       = databricks_group.engineers.display_name
}
