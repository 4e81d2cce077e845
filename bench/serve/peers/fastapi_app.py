"""FastAPI as a careful team writes it: orjson both ways, no validation model on the hot path."""

import orjson
import scorer
from fastapi import FastAPI, Request, Response

score = scorer.load()
app = FastAPI()


@app.post("/score")
async def answer(request: Request) -> Response:
    body = orjson.loads(await request.body())
    return Response(orjson.dumps(score(body["data"])), media_type="application/json")
