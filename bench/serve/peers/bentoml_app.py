import bentoml
import scorer


@bentoml.service(workers=1)
class Iris:
    def __init__(self) -> None:
        self.rate = scorer.load()

    @bentoml.api(route="/score")
    def score(self, data: list[list[float]]) -> dict:
        return self.rate(data)
