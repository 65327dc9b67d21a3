"""Small versions of instances are valid, smaller, and else the same."""

import pytest
from tests.models.small_market import FAMILY_SPECS, declared_families

from vn30_training.evaluation.audit.options import AT_MOST, AuditOptions, reduced
from vn30_training.models.options import InstanceOptions, merge_options
from vn30_training.models.registry import family_class
from vn30_training.models.scope import Scope


@pytest.mark.parametrize("name", FAMILY_SPECS)
def test_every_family_has_a_small_version(name):
    given = merge_options(name, declared_families()[name], Scope("pooled"))
    small = reduced(given)
    assert InstanceOptions.model_validate(small.model_dump()) == small
    family_class(given.path).options_type.model_validate(small.options)
    assert small.seeds == given.seeds[:1]
    assert set(small.options) == set(given.options)
    for option in set(AT_MOST) & set(small.options):
        assert small.options[option] <= AT_MOST[option]
    untouched = {"features", "processors", "label", "point", "quantiles", "minimum_train_rows"}
    assert small.model_dump(include=untouched) == given.model_dump(include=untouched)


def test_unknown_options_are_refused():
    with pytest.raises(ValueError, match="Extra inputs"):
        AuditOptions(cut=3)
