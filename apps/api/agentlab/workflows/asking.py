"""Stages that cannot be left before a person says something of the way, in SQL over all projects.

For one workflow `service.need_path_known` says the same; a test compares the two.
"""

A_ROUTE = "jsonb_typeof({0}.routes) = 'object'"
"""Nothing to choose from is null, or `null` as JSON."""

MEANT_BY_A_ROUTE = f"""
    SELECT FROM stages f
    WHERE f.workflow_id = s.workflow_id AND f.position < s.position AND {A_ROUTE.format("f")}
      AND f.state <> 'skipped' AND (f.retired_at IS NULL OR f.state IN ('current', 'submitted'))
      AND (jsonb_exists(f.routes, s.condition)
           OR jsonb_exists(f.routes, regexp_replace(s.condition, '_path$', '')))
"""
"""The choice of a route answers the condition: see `paths.is_asked`."""

ASKING = f"""
    SELECT s.id AS stage_id, s.workflow_id,
           CASE WHEN {A_ROUTE.format("s")} THEN s.routes END AS routes,
           CASE WHEN {A_ROUTE.format("s")} THEN NULL ELSE s.condition END AS condition
    FROM stages s
    WHERE s.state = 'current' AND (s.condition IS NOT NULL OR {A_ROUTE.format("s")})
      AND CASE WHEN {A_ROUTE.format("s")}
          THEN NOT EXISTS (SELECT FROM route_choices r WHERE r.stage_id = s.id)
          ELSE s.condition <> ''
              AND NOT EXISTS (SELECT FROM condition_answers a
                              WHERE a.workflow_id = s.workflow_id AND a.condition = s.condition)
              AND NOT EXISTS ({MEANT_BY_A_ROUTE}) END
"""  # noqa: S608 - texts of our own
"""Current stages whose condition nobody answered, or whose route nobody chose."""
