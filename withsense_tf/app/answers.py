"""What the API answers, as JSON has it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

# What judges mean by 3 and by 2 of 4, as numbers from 0 to 1.
FITS_WELL: Final = 2 / 3
FITS_IN_PART: Final = 1 / 3
Fit = Literal["well", "partly", "hardly"]
Cell = str | float
NOTICE: Final = "This image is unavailable in your country in compliance with local laws"
PHOTO_ID: Final = "pGq3yX0nXH1vW2mJ4c8uYw4S0tq0m8mS5wq2c0k9b7fN3s1aZ6xD4e2hR8tV0uQi"


class JsonAnswer(BaseModel):
    """An answer; no part of it is left out where it has no value."""

    model_config = ConfigDict(frozen=True)


class CaptionText(JsonAnswer):
    """What somebody said of a photo; `by` is who, where a user of the API did."""

    text: str = Field(examples=["Two dogs run on a beach."])
    by: str | None = Field(default=None, examples=["Ann"])


class PhotoAnswer(JsonAnswer):
    """What is known of a photo that may be shown."""

    id: str = Field(examples=[PHOTO_ID])
    name: str = Field(examples=["Norway/beach.jpg"])
    captions: list[CaptionText]
    keywords: list[str] = Field(default=[], examples=[["lighthouse"]])
    facts: dict[str, Cell] = Field(examples=[{"camera": "Nikon D90", "iso": 200.0}])
    width: int | None = Field(default=None, examples=[4288])
    height: int | None = Field(default=None, examples=[2848])
    image: str = Field(
        description="Where its picture is, to which `width` may be added.",
        examples=[f"/api/v1/photos/{PHOTO_ID}/image?country=DE"],
    )


class ShownPlace(PhotoAnswer):
    """A place of an answer with a photo; what pixels, captions and their words say, where the model asks them."""

    kind: Literal["photo"] = "photo"
    place: int = Field(examples=[1])
    score: float = Field(description="How well it fits, from 0 to 1.", examples=[0.82])
    fit: Fit = Field(description="The same as a word.", examples=["well"])
    image_score: float | None = Field(default=None, examples=[0.79])
    caption_score: float | None = Field(default=None, examples=[0.88])
    word_score: float | None = Field(default=None, examples=[0.68])
    copies: list[str] = Field(
        default=[], description="Ids of photos that look the same and stand behind this one."
    )


class WithheldPlace(JsonAnswer):
    """Places in a row that the law keeps empty: from `place` on, `count` of them. Nothing else is said of them."""

    kind: Literal["withheld"] = "withheld"
    place: int = Field(examples=[2])
    count: int = Field(examples=[1])
    notice: str = Field(examples=[NOTICE])


Place = Annotated[ShownPlace | WithheldPlace, Field(discriminator="kind")]


class SearchAnswer(JsonAnswer):
    """The answer to a query: places in their order, what was understood, and where the next page begins."""

    query: str = Field(examples=["two dogs on a beach -ball"])
    like: str | None = Field(
        default=None, description="The id of the photo that was the query, or part of it."
    )
    country: str | None = Field(default=None, examples=["DE"])
    places: list[Place]
    without: list[str] = Field(default=[], description="What must not be there.", examples=[["ball"]])
    corrections: dict[str, str] = Field(
        default={}, description="Words that were read otherwise, and as what.", examples=[{"dgos": "dogs"}]
    )
    message: str | None = Field(default=None, examples=["No good match: the best photo scores 0.21."])
    no_match: bool = Field(
        default=False,
        description="Nothing fits well.",
    )
    has_nearest: bool = Field(
        default=False, description="Ask with minimum=0 for the nearest photos all the same."
    )
    after: str | None = Field(default=None, description="What to ask the next page with; none is the end.")
    chance: float | None = Field(
        default=None, description="How probable it is that the best photo is what was asked for."
    )
    calibration: dict[str, Any] | None = Field(
        default=None, description="What the scores were learned from.", examples=[{"by": "judged"}]
    )


class ScoreAnswer(JsonAnswer):
    """How well a photo and a text fit."""

    photo: str = Field(examples=[PHOTO_ID])
    text: str = Field(examples=["two dogs on a beach"])
    score: float = Field(examples=[0.82])
    fit: Fit = Field(examples=["well"])
    image_score: float | None = Field(default=None, examples=[0.79])
    caption_score: float | None = Field(default=None, examples=[0.88])
    word_score: float | None = Field(default=None, examples=[0.68])


class LawAnswer(JsonAnswer):
    """The rule that is in force in a country today, and the countries that have one of their own."""

    country: str | None = Field(default=None, examples=["DE"])
    rule: Literal["children", "none"] = Field(examples=["children"])
    age_limit: int | None = Field(default=None, description="Persons below it are protected.", examples=[16])
    notice: str = Field(examples=[NOTICE])
    authority: str | None = Field(
        default=None, description="Who demands it, where the rule says so.", examples=["Ministry of Justice"]
    )
    ground: str | None = Field(
        default=None,
        description="The law that it rests on, where the rule says so.",
        examples=["Act 16, § 3"],
    )
    is_default: bool = Field(description="The country has no entry of its own, so the strictest rule holds.")
    countries: list[str] = Field(examples=[["DE", "RU"]])
    version: str = Field(
        description="Of the rules by which photos and texts are judged.", examples=["a1b2c3"]
    )


class ColumnAnswer(JsonAnswer):
    """A column to filter by, and values of it that photos have which may be shown."""

    name: str = Field(examples=["camera"])
    values: list[Cell] = Field(examples=[["Nikon D90", "Canon 5D"]])


class ColumnsAnswer(JsonAnswer):
    """The columns to filter by."""

    columns: list[ColumnAnswer]


class ExamplesAnswer(JsonAnswer):
    """Queries to begin with: what people said of photos that may be shown."""

    queries: list[str] = Field(examples=[["two dogs on a beach"]])


class HealthAnswer(JsonAnswer):
    """The server lives, or is ready to answer."""

    status: Literal["ok", "ready"]


class ProblemKind(JsonAnswer):
    """What a kind of problem means; one request's own is in its `detail`."""

    kind: str = Field(examples=["no_such_photo"])
    status: int = Field(examples=[404])
    meaning: str = Field(examples=["No photo has this id, or nobody was given it."])


class ProblemKindsAnswer(JsonAnswer):
    """All kinds of problems; one named `http_404` and the like says nothing beyond its status."""

    problems: list[ProblemKind]


def fit_of(score: float, is_match: bool = True) -> Fit:
    """Return the word for a score; where the best photo of an answer is no match, none fits well.

    >>> fit_of(0.82), fit_of(0.5), fit_of(0.1), fit_of(0.82, is_match=False)
    ('well', 'partly', 'hardly', 'partly')
    """
    return "well" if score >= FITS_WELL and is_match else "partly" if score >= FITS_IN_PART else "hardly"
