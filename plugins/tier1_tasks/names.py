"""Names that several rooms, and people outside, rely on."""

from ec2_instance.holder import Tags

DAG_ID, GUARD_ID = "tier1", "tier1_guard"

# Airflow's connections
AWS, DATABASE = "aws_default", "tier1_postgres"

# Tasks whose results others read. The names of the stages' tasks stand with the stages (include/stages).
PREFLIGHT, APPROVE, UPSIZE, DOWNSIZE = "preflight", "approve", "upsize", "downsize"
VALIDATE, EVALUATE, VERDICT = "validate", "evaluate", "verdict"

# Tags of the instance, and Variables of Airflow
TAGS = Tags("tier1")
INSTALLATION = "tier1_installation"
UNSENT_PAGES = "tier1_unsent_page_"
