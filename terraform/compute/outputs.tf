output "policy_id" {
  description = "Id of the cluster policy."
  value       = databricks_cluster_policy.lakehouse.id
}

output "cluster_id" {
  description = "Id of the exploration cluster."
  value       = databricks_cluster.exploration.id
}

output "secret_scope" {
  description = "Name of the secret scope."
  value       = databricks_secret_scope.lakehouse.name
}

output "resolved" {
  description = "What was resolved once, for a folder that has only this state."
  value       = { setup_id = var.setup_id, runtime = var.runtime }
}
