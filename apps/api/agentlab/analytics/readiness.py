"""When a project counts as ready for development: said here, for each method, and nowhere else.

It does when a stage of *building* becomes current for the first time, so when everything before
that is done or skipped. What is building, the method's own files say:

- BMAD v6, alphas too: the stages of its phase of implementation (`4-implementation`, `ship`). The
  last stage before them is the one that checks the readiness: `check-implementation-readiness` up
  to 6.10, `sprint-planning` later.
- BMAD v4: the cycle of stories: `create_story`, and the stages of the scrum master (`sm`) and the
  developer (`dev`) but for those before it.
- Spec Kit: from `implement` on. OpenSpec: from `apply` on.

Backlog.md has tasks without an order, and a workflow of one's own says nothing of it: there it is
not known, and such projects are counted apart. So are those whose workflow begins with building, as
that of a spec folder does: what came before was no part of it.
"""

IS_BUILDING = """
    CASE t.method
        WHEN 'bmad' THEN CASE
            WHEN t.generation LIKE 'v6%' THEN g.extra -> 'phase' ->> 'group' = 'ship'
            ELSE g.key = 'create_story' OR (g.agent IN ('sm', 'dev') AND NOT EXISTS (
                SELECT FROM stages other
                WHERE other.workflow_id = g.workflow_id AND other.key = 'create_story'
                  AND other.position > g.position))
            END
        WHEN 'spec-kit' THEN g.action = 'speckit.implement' OR g.key = 'implement'
        WHEN 'openspec' THEN g.key = 'apply'
        ELSE false
    END
"""
"""Of a stage `g` of a workflow of the template `t`, in SQL: that with it the building begins."""
